"""Makes the environment of a system when it is missing or its list of requirements has changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
#: All that a run makes; not under version control.
BENCH = ROOT / ".bench"


class Unavailable(Exception):
    """What a system needs is not on this machine."""


def interpreter(environment: str | None) -> list[str]:
    """Return the program that runs a system's files; None is the environment of Ferryman itself."""
    if environment is None:
        return [sys.executable]
    if environment == "bullmq":
        return [_node()]
    home, wanted = BENCH / "envs" / environment, HERE / "requirements" / f"{environment}.txt"
    python, stamp = home / "bin" / "python", home / ".made-from"
    if not stamp.is_file() or stamp.read_text() != wanted.read_text():
        shutil.rmtree(home, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(home)])
        _run([str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", str(wanted)])
        stamp.write_text(wanted.read_text())  # last: an environment without it is incomplete and made anew
    return [str(python)]


def _node() -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Unavailable("needs node and npm")
    home, wanted = BENCH / "envs" / "bullmq", HERE / "requirements" / "bullmq.json"
    stamp = home / ".made-from"
    if not stamp.is_file() or stamp.read_text() != wanted.read_text():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        shutil.copy(wanted, home / "package.json")
        # Its modules are looked for beside the file that imports them.
        shutil.copy(HERE / "systems" / "bullmq.mjs", home)
        _run([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(home)])
        stamp.write_text(wanted.read_text())
    shutil.copy(HERE / "systems" / "bullmq.mjs", home)
    return node


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"{' '.join(command[:4])}... ended with {done.returncode}: {done.stderr.strip()[-500:]}")


def versions(environment: str | None, names: tuple[str, ...]) -> str:
    """Return what is installed of these, each with its version."""
    if environment == "bullmq":
        return f"bullmq {_node_version()}, node {subprocess.check_output(['node', '--version'], text=True).strip()[1:]}"
    if environment is None:
        found = {name: metadata.version(name) for name in names}
    else:
        program = "import sys\nfrom importlib import metadata\nfor n in sys.argv[1:]: print(n, metadata.version(n))"
        text = subprocess.check_output([*interpreter(environment), "-c", program, *names], text=True)
        found = dict(line.split() for line in text.splitlines())
    return ", ".join(f"{name} {version}" for name, version in found.items())


def _node_version() -> str:
    text = (BENCH / "envs" / "bullmq" / "node_modules" / "bullmq" / "package.json").read_text()
    return text.partition('"version": "')[2].partition('"')[0]

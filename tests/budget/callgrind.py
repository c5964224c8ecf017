"""Counts the instructions of a program with callgrind: the same on a busy machine and on an idle one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: Found by `scripts/setup.sh` on Debian; whoever has none does without these figures.
VALGRIND = shutil.which("valgrind")
MISSING = "valgrind is not installed, so instructions are not counted (apt-get install valgrind)"


def command(folder: Path) -> list[str]:
    """Return what to write before a program, whose profiles then lie in the folder, one a process."""
    return [str(VALGRIND), "--tool=callgrind", "-q", f"--callgrind-out-file={_profile(folder, '%p')}"]


def environment() -> dict[str, str]:
    """Return an environment in which Python does the same each time."""
    return os.environ | {"PYTHONHASHSEED": "0"}


def instructions(folder: Path, pid: int) -> int:
    """Return how many instructions a process took, which has ended."""
    lines = _profile(folder, str(pid)).read_text("utf-8").splitlines()
    [total] = [line.removeprefix("totals: ") for line in lines if line.startswith("totals: ")]
    return int(total)


def _profile(folder: Path, pid: str) -> Path:
    return folder / f"callgrind.out.{pid}"

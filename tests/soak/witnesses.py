"""What the tasks wrote down, read as it grows: a file per process and half minute, removed once nobody writes to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

#: Seconds for which a process writes to one file.
SPAN = 30
#: A process may be frozen between choosing its file and writing to it: files are kept for this long, in seconds.
KEPT = 300


class Witness(NamedTuple):
    """An attempt of job `number` started or ended, at a time in seconds since the epoch."""

    what: str
    number: int
    job_id: str
    attempt: int
    at: float


def line(what: str, number: int, job_id: str, attempt: int, at: float) -> bytes:
    """Write a witness as a line."""
    return f"{what} {number} {job_id} {attempt} {at:.4f}\n".encode()


class Witnesses:
    """Reads a folder of witnesses; each line is given once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._read: dict[str, int] = {}

    def fresh(self) -> Iterator[Witness]:
        """Yield what was written since the last call."""
        for path in sorted(self.folder.iterdir()):
            yield from self._of(path)
            if int(path.name.partition("-")[0]) * SPAN + KEPT < time.time():
                path.unlink()
                self._read.pop(path.name, None)

    def _of(self, path: Path) -> Iterator[Witness]:
        start = self._read.get(path.name, 0)
        with path.open("rb") as file:
            file.seek(start)
            text = file.read()
        # The end of a line may not be visible yet.
        whole = text[: text.rfind(b"\n") + 1]
        self._read[path.name] = start + len(whole)
        for said in whole.splitlines():
            what, number, job_id, attempt, at = said.decode().split()
            yield Witness(what, int(number), job_id, int(attempt), float(at))

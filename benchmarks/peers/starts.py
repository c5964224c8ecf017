"""Reads when each job started, out of the files that the worker processes write."""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path

CELL = 8


@dataclass(frozen=True)
class Tally:
    """What became of a number of jobs; times are nanoseconds of the monotonic clock."""

    times: list[int]
    lost: int
    doubled: int

    @property
    def rate(self) -> float:
        """Jobs per second from the first start to the last."""
        return (len(self.times) - 1) / (max(self.times) - min(self.times)) * 1e9

    def verify(self) -> None:
        """Raise ValueError unless each job ran exactly once."""
        if self.lost or self.doubled:
            raise ValueError(f"{self.lost} jobs lost and {self.doubled} run twice, of {len(self.times) + self.lost}")


class Starts:
    """The starts of jobs numbered from 0."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self._folder = folder
        self.jobs = jobs
        self._files: dict[str, memoryview] = {}
        #: All jobs before this one have started.
        self._seen = 0

    def _views(self) -> list[memoryview]:
        for name in os.listdir(self._folder):
            path = self._folder / name
            # A process makes its file in two steps.
            if name not in self._files and name.startswith("starts-") and path.stat().st_size == self.jobs * CELL:
                with path.open("rb") as file:
                    content = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
                self._files[name] = memoryview(content).cast("q")
        return list(self._files.values())

    def started(self) -> int:
        """Return how many jobs have started, not counting those behind the first that has not; cheap, to be polled."""
        views = self._views()
        while self._seen < self.jobs and any(view[self._seen] for view in views):
            self._seen += 1
        return self._seen

    def any(self) -> bool:
        """Return whether any job has started."""
        # A process opens its file for its first job.
        return bool(self._views())

    def tally(self, first: int = 0, jobs: int | None = None) -> Tally:
        """Return what became of a range of the jobs, of all without one."""
        end = self.jobs if jobs is None else first + jobs
        views = self._views()
        times, lost, doubled = [], 0, 0
        for number in range(first, end):
            runs = [view[number] for view in views if view[number]]
            if not runs:
                lost += 1
                continue
            if len(runs) > 1 or runs[0] < 0:
                doubled += 1
            times.append(abs(runs[0]))
        return Tally(times, lost, doubled)

"""Vital signs: memory, open files and threads of each process, and the size of the store's files, over time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from tests.soak.crew import Crew
from tests.soak.figures import Series, Slope, means, slope

REDIS = "redis-server"
_MIB = 2**20
_PAGE = os.sysconf("SC_PAGE_SIZE")
#: Neighbouring samples are taken together for so many seconds.
_SPAN = 60.0
#: Memory of a process that lived this long after its warm-up is judged by its slopes, in seconds.
LONG = 15 * 60.0
#: MiB an hour that a process may grow.
STEEP = 1.0
#: MiB that a process may grow by in whatever time, and a share of what it had: Redis holds the data, whose amount
#: follows the rate.
GROWTH, GROWTH_SHARE, GROWTH_SHARE_OF_DATA = 3.0, 0.05, 1.0
#: Open files and threads that a process may have more of at its end than after its warm-up.
MORE_FILES, MORE_THREADS = 30, 10


@dataclass
class Life:
    """What was seen of one process from its start to its end: seconds of the run, and numbers at that time."""

    name: str
    number: int
    memory: Series = field(default_factory=Series)
    files: Series = field(default_factory=Series)
    threads: Series = field(default_factory=Series)

    def after(self, warm_up: float) -> list[tuple[float, float]]:
        """Return the memory after the warm-up."""
        return _after(self.memory.points(), warm_up)

    def by_minute(self) -> list[tuple[float, float]]:
        """Return the memory minute by minute."""
        return [(round(x), round(y, 3)) for x, y in means(self.memory.points(), _SPAN)]

    def slope(self, warm_up: float) -> Slope | None:
        """Return the slope of the memory in MiB an hour, None for too short a life."""
        found = slope(means(self.after(warm_up), _SPAN))
        return found and Slope(found.value * 3_600, found.bound * 3_600)

    def later_slope(self, warm_up: float) -> Slope | None:
        """Return the slope of the later half: a leak goes on, while a heap that still finds its size comes to rest."""
        points = self.after(warm_up)
        if not points:
            return None
        middle = (points[0][0] + points[-1][0]) / 2
        return self.slope(middle - self.memory.points()[0][0])

    def faults(self, warm_up: float) -> Iterator[str]:
        """Yield what grows."""
        points = self.after(warm_up)
        if len(points) < 4:
            return
        before, now = _ends(points)
        share = GROWTH_SHARE_OF_DATA if self.name == REDIS else GROWTH_SHARE
        if now > before + GROWTH + share * before:
            yield f"memory grew from {before:.1f} to {now:.1f} MiB"
        whole, later = self.slope(warm_up), self.later_slope(warm_up)
        # What Redis needs follows the rate; whether it keeps too much is seen by what is left in the end.
        long = points[-1][0] - points[0][0] >= LONG and self.name != REDIS
        if long and whole is not None and later is not None and min(whole.least, later.least) > STEEP:
            yield f"memory grows by {later.value:.2f} ± {later.bound:.2f} MiB an hour, and does not cease to"
        for what, counts, more in (("open files", self.files, MORE_FILES), ("threads", self.threads, MORE_THREADS)):
            before, now = _ends(_after(counts.points(), warm_up))
            if now > before + more:
                yield f"{what} grew from {before:.0f} to {now:.0f}"


def _after(points: list[tuple[float, float]], warm_up: float) -> list[tuple[float, float]]:
    return [point for point in points if point[0] >= points[0][0] + warm_up]


def _ends(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the mean of the first and of the last quarter."""
    quarter = max(1, len(points) // 4)
    return fmean(y for _, y in points[:quarter]), fmean(y for _, y in points[-quarter:])


class Vitals:
    """Samples the crew; what it keeps is some bytes a sample."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.lives: dict[tuple[str, int], Life] = {}
        self.completed = Series()
        #: Sizes of the store's files in MiB, by name.
        self.sizes: dict[str, Series] = {}

    def sample(self, now: float, completed: int) -> None:
        """Look at every process and file once; `completed` is how many jobs were by then."""
        self.completed.add(now, completed)
        for name, number, pid in self._processes():
            try:
                memory = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / _MIB
                files = len(os.listdir(f"/proc/{pid}/fd"))
                threads = len(os.listdir(f"/proc/{pid}/task"))
            except OSError:
                continue  # it has just ended
            if memory:
                life = self.lives.setdefault((name, number), Life(name, number))
                life.memory.add(now, memory)
                life.files.add(now, files)
                life.threads.add(now, threads)
        for name, size in self._files():
            self.sizes.setdefault(name, Series()).add(now, size / _MIB)

    def _processes(self) -> Iterator[tuple[str, int, int]]:
        for member in self._crew.members:
            yield member.name, member.life, member.pid
        if self._crew.redis is not None:
            yield REDIS, self._crew.redis_life, self._crew.redis.pid
        yield "the judge", 1, os.getpid()

    def _files(self) -> Iterator[tuple[str, int]]:
        if self._crew.redis is None:
            for path in self._crew.folder.glob("jobs.db*"):
                if not path.name.endswith("-shm"):
                    yield path.name, _size(path)
        else:
            yield "append-only files", sum(_size(path) for path in self._crew.redis.folder.rglob("appendonly*"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0

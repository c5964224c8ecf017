"""Many runs side by side, and the sum of them."""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
import shutil
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.arena import Arena
from tests.faults.mortal import MortalRedis
from tests.faults.plans import Fault, draw
from tests.faults.run import Report, Run
from tests.servers.redis_server import EVERYSEC

#: Arenas side by side, each with a healthy worker: most of a run is waiting for a lease to run out.
SIDE_BY_SIDE = 7
#: Processes that are struck, alive at once.
VICTIMS = 5
#: After so many violations there is nothing new to see.
MOST_VIOLATIONS = 10
#: Runs in one arena: an arena that is judged often tells early.
RUNS_EACH = 10


@dataclass
class Campaign:
    """The runs with the numbers `numbers` of a seed on a kind of store; `fault` decides what each suffers."""

    store: str
    seed: int
    numbers: Sequence[int]
    fault: Callable[[str, int, random.Random], Fault] = lambda store, number, dice: draw(store, dice)
    told: Callable[[str], None] = lambda line: None
    reports: list[Report] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0

    async def run(self) -> Campaign:
        """Make all runs."""
        begun = time.monotonic()
        self.victims = asyncio.Semaphore(VICTIMS)
        with ground(self.store) as (folder, url):
            left = iter(self.numbers)
            names = itertools.count()
            async with asyncio.TaskGroup() as group:
                for _ in range(min(SIDE_BY_SIDE, len(self.numbers))):
                    group.create_task(self._way(left, names, folder, url))
        self.seconds = time.monotonic() - begun
        return self

    async def _way(self, left: Iterator[int], names: Iterator[int], folder: Path, url: str) -> None:
        """Run after run, a new arena now and then."""
        while len(self.wrong) < MOST_VIOLATIONS and (numbers := list(itertools.islice(left, 1))):
            place = folder / str(next(names))
            place.mkdir()
            arena = Arena(place, url.format(place=place, prefix=f"f{secrets.token_hex(6)}"))
            try:
                await arena.open()
                numbers += itertools.islice(left, max(0, min(RUNS_EACH, len(self.numbers) // SIDE_BY_SIDE) - 1))
                while numbers and len(self.wrong) < MOST_VIOLATIONS:
                    await self._one(arena, numbers[0])
                    numbers.pop(0)
                for number, text in await arena.close():
                    self._note(number, text)
            except Exception:  # one run must not end two thousand
                self._note(numbers[0] if numbers else 0, traceback.format_exc())
            finally:
                await arena.abandon()
                shutil.rmtree(place)

    async def _one(self, arena: Arena, number: int) -> None:
        dice = random.Random(f"{self.seed}/{number}")
        fault = self.fault(self.store, number, dice)
        report = await Run(arena, number, fault, dice, self.victims).go()
        self.reports.append(report)
        for text in report.wrong:
            self._note(number, text)
        if len(self.reports) % 100 == 0:
            self.told(f"{len(self.reports)} runs, {len(self.wrong)} violations")

    def _note(self, number: int, text: str) -> None:
        self.wrong.append((number, text))
        fault = next((report.fault for report in self.reports if report.number == number), "no run alone")
        again = f"python -m tests.faults --store {self.store} --seed {self.seed} --run {number}"
        self.told(f"VIOLATION in run {number} ({fault}): {text}\n  again: {again}")

    # -- the sum

    def total(self, name: str) -> int:
        """Return the sum of a figure over all runs."""
        return sum(getattr(report, name) for report in self.reports)

    @property
    def slowest(self) -> float:
        """The slowest recovery in seconds."""
        return max((report.slowest for report in self.reports), default=0.0)

    def table(self) -> Counter[tuple[str, str, str]]:
        """Return the number of runs by failpoint, victim and what happened to it: kill, stop, or missed."""
        return Counter(
            (report.fault.point, report.fault.plan.victim, report.fault.action if report.reached else "missed")
            for report in self.reports
        )


@contextmanager
def ground(store: str) -> Iterator[tuple[Path, str]]:
    """Give a folder and the URL of a site in it, with holes for its place and its prefix."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(prefix="ferryman-faults-", dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        if store == "sqlite":
            yield folder, "sqlite:///{place}/jobs.db"
            return
        server = MortalRedis(folder / "redis", settings=EVERYSEC).start()
        try:
            yield folder, server.url + "?prefix={prefix}"
        finally:
            server.stop()

"""Lives of a file, each ended by a cut of the power, a kill or an orderly stop, and judged when it is opened again."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ferryman.domain.errors import StoreError
from ferryman.domain.retention import Retention
from ferryman.ports import Ports
from ferryman.store.protocol import Store
from ferryman.stores.sqlite.store import SqliteStore
from tests.conformance.random_walk import Walk
from tests.conformance.world import World
from tests.power.disk import Disk, fine
from tests.power.judge import Verdict, check_file, judge
from tests.power.one_thread import OneThread
from tests.power.settings import next_schema, small_log
from tests.power.tally import Level, Tally
from tests.power.trouble import now_and_then
from tests.power.vfs import mounted
from tests.power.workload import RETENTION, Clock, Crowd, User

FILE = "jobs.db"
#: Ends of power, or of processes, that one file goes through.
LIVES = 5
#: The life that begins with an upgrade.
UPGRADE = 3
#: Most changes that a life lasts, by what it begins with.
CHANGES = {"making the file": [90, 260, 560], "an upgrade": [20, 40, 200], "opening": [30, 200, 500]}
#: Steps of the conformance suite's random walk on what is left at last.
STEPS = 3


class Violation(AssertionError):
    """A promise was broken; says of which seed, and how to see it again."""


@dataclass
class Place:
    """The disk as the conformance suite's `World` wants it."""

    lives: FileLives

    def store(self, retention: Retention) -> Store:
        return self.lives.store()

    def now(self) -> float:
        return self.lives.clock.now

    async def advance(self, seconds: float) -> None:
        self.lives.clock.now += seconds

    async def close(self) -> None:
        pass


class FileLives:
    """One file on one disk, from its making on, through `LIVES` ends."""

    def __init__(self, seed: int, level: Level, folders: list[Path], tally: Tally, threads: bool) -> None:
        """`folders` are where the processes see the disk, one each."""
        self.dice = random.Random(f"{seed} {level.durability}")
        self.disk = Disk(self.dice)
        self.clock = Clock()
        self.crowd = Crowd(self.dice, self.clock)
        self._level = level
        self._folders = folders
        self._tally = tally
        self._ports = Ports(threads=threads)
        self._made: list[SqliteStore] = []
        #: What whoever opens the file next does to it.
        self._opening = "making the file"
        #: How the file was left since it was last judged: whether all that was acknowledged is there, and safe.
        self._lossless = True
        self._safe = True

    def store(self, process: int = 0) -> SqliteStore:
        path, durability = self._folders[process] / FILE, self._level.durability
        self._made.append(SqliteStore(path, RETENTION, durability=durability, clock=self.clock, ports=self._ports))
        return self._made[-1]

    async def run(self) -> None:
        """Live and be judged, over and over; then see that a random walk can go on."""
        with ExitStack() as versions, small_log(self.dice.choice([4, 20, 60, 200])), mounted(self.disk, *self._folders):
            try:
                for number in range(LIVES):
                    if number == UPGRADE:
                        versions.enter_context(next_schema())
                        self._opening = "an upgrade"
                    await self._live()
                store = self.store()
                await store.open()
                verdict = await self._judge(store)
                await store.close()
                await self._walk_on(verdict)
            finally:
                for store in self._made:
                    await store.close()

    async def _live(self) -> None:
        end = self.dice.choices(["cut", "kill", "stop"], [7, 2, 1])[0]
        self.disk.ending = self.disk.kill if end == "kill" else self.disk.cut_power
        last = self.disk.asked + self.dice.randint(1, self.dice.choice(CHANGES[self._opening]))
        self.disk.end_at = None if end == "stop" else last
        self.disk.end_on = self.dice.choices(["", ".db"], [4, 1])[0]  # the file itself is written by checkpoints alone
        stores: list[SqliteStore] = []
        phase = self._opening

        def over() -> bool:
            return self.disk.ended is not None or (end == "stop" and self.disk.asked >= last)

        try:
            stores.append(self.store())
            await stores[0].open()
            self._opening = "opening"
            await self._judge(stores[0])
            if self.dice.random() < 0.3:
                stores.append(self.store(1))
                await stores[1].open()
            phase = "work"
            if self.dice.random() < 0.4:
                self.disk.fault = now_and_then(self.dice, self._level.faults)
            await asyncio.gather(
                *(
                    User(self.crowd, store, self._folders[n] / FILE, over, lambda: self.disk.failed).work()
                    for n, store in enumerate(stores)
                )
            )
            self.disk.fault = fine
            # An orderly stop folds the log and deletes it: let the power fail in the midst of that too.
            if end == "stop" and self.dice.random() < 0.5:
                self.disk.end_at = self.disk.asked + self.dice.randint(1, 20)
        except (StoreError, sqlite3.Error):
            if self.disk.ended is None:
                raise
        await self._end(stores, phase)

    async def _end(self, stores: list[SqliteStore], phase: str) -> None:
        """See off what is left of the processes, and note how they ended."""
        ended = self.disk.ended
        for store in stores:
            await store.close()
        if ended is None and self.disk.ended:
            phase, ended = "closing", self.disk.ended
        cut = ended is not None and self.disk.ending == self.disk.cut_power
        self._tally.ended(cut, phase, ended)
        self._lossless = self._level.lossless or (self._lossless and not cut)
        self._safe = self._level.lossless or cut
        self.disk.start()

    async def _judge(self, store: SqliteStore) -> Verdict:
        path = self._folders[0] / FILE
        check_file(path)
        verdict = await judge(store, self.crowd.records, lossless=self._lossless, safe=self._safe)
        self._tally.judged(verdict)
        self._lossless = True
        self.crowd.wake(verdict.jobs)
        return verdict

    async def _walk_on(self, verdict: Verdict) -> None:
        random.seed(self.dice.getrandbits(32))  # the walk's ids come from there
        world = World(Place(self))
        await world.open()
        keys = {(job.task, job.key): job.id for job in verdict.jobs.values() if job.key}
        walk = Walk(world, self.dice, verdict.jobs, keys=keys)
        for _ in range(STEPS):
            await walk.step()
        await world.close_stores()


def run_seed(seed: int, level: Level, folders: list[Path], tally: Tally, threads: bool = False) -> None:
    """Live through one seed; raises `Violation`. With `threads`, as in production, a seed does not repeat exactly."""
    lives = FileLives(seed, level, folders, tally, threads)
    tally.files += 1
    try:
        with asyncio.Runner(loop_factory=None if threads else OneThread) as runner:
            runner.run(lives.run())
    except (AssertionError, StoreError, sqlite3.Error) as error:
        told = f"--durability {level.durability} --seed {seed} --files 1{' --threads' * threads}"
        raise Violation(f"seed {seed}: {error}\n  see it again: python -m tests.power {told}") from error
    finally:
        tally.submitted += lives.crowd.submitted
        tally.finished += lives.crowd.finished
        tally.failed += lives.disk.failed

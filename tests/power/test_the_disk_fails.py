"""The disk is full, or fails: it is said in words, nothing is stored by half, and all goes on once the disk does."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.ids import job_id
from ferryman.domain.job import NewJob
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.retention import Retention
from ferryman.domain.state import State
from ferryman.store.messages import Submitted, Turn
from ferryman.stores.sqlite.store import SqliteStore
from tests.conformance import census
from tests.power.disk import Disk, Fault, fine
from tests.power.settings import small_log
from tests.power.trouble import from_change, full, unsynced, unwritable
from tests.power.vfs import mounted, unavailable

pytestmark = pytest.mark.skipif(bool(unavailable()), reason=unavailable())

NOW = 1_893_456_000.0
FULL = r"jobs\.db cannot grow: the disk is full; make room"
ERROR = r"jobs\.db cannot be read or written: the disk reports an error"
FAULTS = [(full, FULL), (unwritable, ERROR), (unsynced, ERROR)]


@contextmanager
def mount(folder: Path) -> Iterator[Disk]:
    """Put a new disk at a folder."""
    disk = Disk(random.Random(0))
    with mounted(disk, folder):
        yield disk


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(folder / "jobs.db", Retention(), durability="full", clock=lambda: NOW)
    try:
        await store.open()
        yield store
    finally:
        await store.close()


def a_job(number: int) -> NewJob:
    return NewJob(job_id(NOW, number), "work", args=f'{{"text": "{"x" * 9_000}"}}')


async def answered(call: Awaitable[object], told: str) -> bool:
    """Whether a call was answered; if it was not, it must have said why."""
    said = ""
    try:
        await call
    except StoreUnavailable as error:
        said = str(error)
    assert not said or re.search(told, said), said
    return not said


class Trial:
    """A submit and a finish on a disk that fails from its n-th change on."""

    jobs = tuple(a_job(number) for number in range(3))

    def __init__(self, folder: Path, disk: Disk, told: str) -> None:
        self.folder = folder
        self.disk = disk
        self.told = told
        self.turn: Turn
        self.held: str
        self.stored = False
        self.finished = False

    async def run(self, store: SqliteStore, fault: Fault) -> None:
        """Claim a job on a disk in order; submit others, finish it and look at all of them on one that is not."""
        await store.submit([a_job(9)])
        [claimed] = (await store.turn(Turn("w", 1, (), ("work",), want=1))).claimed
        self.held = claimed.id
        self.turn = Turn("w", 2, (), ("work",), [Outcome(claimed.lease, Ending.COMPLETED, '"done"')])
        self.disk.fault = fault
        self.stored = await answered(store.submit(self.jobs), self.told)
        self.finished = await answered(store.turn(self.turn), self.told)
        assert await self.look(store) == (self.stored, self.finished), "reads show what was answered, nothing else"
        self.disk.fault = fine

    async def again(self, store: SqliteStore) -> None:
        """Send both again, now that the disk is in order."""
        assert await store.submit(self.jobs) == [Submitted(job.id, not self.stored) for job in self.jobs]
        assert (await store.turn(self.turn)).accepted == [True]
        self.stored = self.finished = True

    async def look(self, store: SqliteStore) -> tuple[bool, bool]:
        """Return whether the jobs are there, all or none, and whether the held one is completed."""
        held, *jobs = await store.inspector.get([self.held, *(job.id for job in self.jobs)])
        [there] = {job is not None for job in jobs}
        assert held is not None
        return there, held.state is State.COMPLETED

    async def lose_power(self) -> None:
        """Cut the power; what was answered is there afterwards."""
        self.disk.kill()
        self.disk.ending()
        async with opened(self.folder) as store:
            await census.take(store)
            there, completed = await self.look(store)
        assert there >= self.stored
        assert completed >= self.finished


@pytest.mark.parametrize(("fault", "told"), FAULTS)
async def test_whichever_change_fails_first_nothing_is_lost_or_stored_by_half(
    tmp_path: Path, fault: Fault, told: str
) -> None:
    # Seen red when a commit that failed was taken for done.
    refused = tried = 0
    failing = True
    with small_log(8):
        while failing:
            tried += 1
            with mount(tmp_path) as disk:
                trial = Trial(tmp_path, disk, told)
                async with opened(tmp_path) as store:
                    await trial.run(store, from_change(tried, fault))
                    refused += not (trial.stored and trial.finished)
                    if tried % 2:
                        await trial.again(store)
                    await trial.lose_power()
                failing = disk.failed > 0
    assert refused > 10


@pytest.mark.parametrize(("fault", "told"), FAULTS)
async def test_a_store_that_cannot_be_made_says_why_and_can_be_made_afterwards(
    tmp_path: Path, fault: Fault, told: str
) -> None:
    refused = tried = 0
    failing = True
    while failing:
        tried += 1
        with mount(tmp_path) as disk:
            disk.fault = from_change(tried, fault)
            store = SqliteStore(tmp_path / "jobs.db", Retention(), durability="full", clock=lambda: NOW)
            refused += not await answered(store.open(), told)
            await store.close()
            disk.fault = fine
            async with opened(tmp_path) as store:
                assert await store.submit([a_job(1)]) == [Submitted(a_job(1).id, True)]
            failing = disk.failed > 0
    assert refused >= 2

"""What a test does to a store, in short words: submit, claim, finish, look."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from typing import Any

import pytest

from ferryman.domain.ids import job_id
from ferryman.domain.job import Job, NewJob
from ferryman.domain.lease import Claimed, Lease
from ferryman.domain.outcome import Outcome, error_text
from ferryman.domain.retention import Retention
from ferryman.domain.state import Operation, State
from ferryman.store.messages import Changed, Pulse, Submitted, Turn, TurnReply, WorkerInfo
from ferryman.store.protocol import Store
from ferryman.store.query import Include, JobFilter, PageRequest
from tests.conformance import census
from tests.conformance.topologies import Topology

#: Different for each final state, so that a test can tell which one holds; longer than any lease.
RETENTION = Retention(completed=1_000, failed=2_000, cancelled=3_000)
LEASE = 15.0
EVERYTHING = frozenset(Include)
NO_ERROR = error_text("ValueError", "no")


def worker_info(name: str, **said: Any) -> WorkerInfo:
    """Return what a worker of this name announces."""
    values: dict[str, Any] = {"host": "here", "pid": 7, "version": "1", "queues": (), "tasks": ("work",), "slots": 10}
    return WorkerInfo(id=name, **(values | said))


class World:
    """A store with jobs in it, under a clock that the test moves."""

    def __init__(self, topology: Topology, *, one_line: bool = True) -> None:
        """`one_line` says whether the order of all jobs is kept; otherwise only that of jobs in the same place."""
        self._topology = topology
        self.one_line = one_line
        self._opened: list[Store] = []
        self._made = 0
        self.store: Store

    # -- stores and time

    async def open(self) -> None:
        """Open the store that the test works with."""
        self.store = await self.another()

    async def another(self, retention: Retention = RETENTION) -> Store:
        """Return a second store object on the same jobs, opened: what another process sees."""
        store = self._topology.store(retention)
        await store.open()
        self._opened.append(store)
        return store

    async def reopen(self) -> None:
        """Close every store object, and look at the same jobs through a new one."""
        await self.close_stores()
        await self.open()

    async def close_stores(self) -> None:
        """Close what this world opened."""
        while self._opened:
            await self._opened.pop().close()

    def now(self) -> float:
        """Return the store's time."""
        return self._topology.now()

    async def advance(self, seconds: float) -> None:
        """Move the store's time."""
        await self._topology.advance(seconds)

    async def to_the_next(self, step: float) -> float:
        """Move the time to where a stretch of so many seconds begins, and return when that is."""
        begin = (self.now() // step + 1) * step
        await self.advance(begin - self.now())
        return begin

    def about(self, moment: float) -> Any:
        """Return what compares equal to a moment; a second off, since not every store's clock stands still."""
        return pytest.approx(moment, abs=1.0)

    # -- submitting

    def job(self, task: str = "work", **said: Any) -> NewJob:
        """Describe a job; ids rise with every call."""
        self._made += 1
        return NewJob(job_id(self.now() + self._made / 1_000, random.getrandbits(74)), task, **said).placed()

    async def submit(self, task: str = "work", **said: Any) -> str:
        """Submit a job and return its id."""
        job = self.job(task, **said)
        [answer] = await self.store.submit([job])
        assert answer == Submitted(job.id, True)
        return job.id

    async def submit_many(self, count: int, task: str = "work", **said: Any) -> list[str]:
        """Submit jobs in one call and return their ids."""
        jobs = [self.job(task, **said) for _ in range(count)]
        answers = await self.store.submit(jobs)
        assert [answer.id for answer in answers if answer.created] == [job.id for job in jobs]
        return [job.id for job in jobs]

    # -- turns

    async def turn(self, *outcomes: Outcome, store: Store | None = None, **said: Any) -> TurnReply:
        """Take one turn of worker "w"."""
        values: dict[str, Any] = {"worker": "w", "request": secrets.randbits(63), "queues": (), "tasks": ("work",)}
        return await (store or self.store).turn(Turn(outcomes=outcomes, **(values | {"lease": LEASE} | said)))

    async def claim(self, want: int = 1, **said: Any) -> list[Claimed]:
        """Claim up to `want` jobs."""
        return list((await self.turn(want=want, **said)).claimed)

    async def claim_ids(self, want: int = 100, **said: Any) -> list[str]:
        """Claim up to `want` jobs and return their ids in the order given."""
        return [claimed.id for claimed in await self.claim(want, **said)]

    async def claim_one(self, **said: Any) -> Claimed:
        """Claim the one job there is."""
        [claimed] = await self.claim(1, **said)
        return claimed

    async def finish(self, *outcomes: Outcome, **said: Any) -> list[bool]:
        """Report outcomes, claiming nothing."""
        return list((await self.turn(*outcomes, **said)).accepted)

    async def complete(self, lease: Lease, result: str = "null") -> bool:
        """Report one attempt as completed."""
        [accepted] = await self.finish(Outcome.completed(lease, result))
        return accepted

    async def recover(self) -> None:
        """Let every lease run out, and have the jobs taken back."""
        await self.advance(LEASE + 1)
        await self.store.upkeep(1_000)

    async def stir(self) -> None:
        """Have a turn and an upkeep do their work: a store may spare either that seems to have nothing to do."""
        pending, due = self.job("stir"), self.job("stir", delay=0.01)
        await self.store.submit([pending, due])
        await self.advance(0.1)
        assert (await self.store.upkeep(1_000)).promoted > 0
        assert len(await self.claim(2, tasks=("stir",), worker="stirrer")) == 2
        await self.store.inspector.act(Operation.CANCEL, [pending.id, due.id])
        await self.store.inspector.act(Operation.DELETE, [pending.id, due.id])

    async def extend(self, *leases: Lease, worker: str = "w", lease: float = LEASE) -> Pulse:
        """Send a heartbeat."""
        return await self.store.extend(worker_info(worker), leases, lease)

    # -- people

    async def act(self, operation: Operation, identifier: str) -> Changed:
        """Do one operation to one job."""
        [changed] = await self.store.inspector.act(operation, [identifier])
        return changed

    async def pause(self, queue: str = "default", by: str = "") -> None:
        await self.store.inspector.pause(queue, True, by)

    async def resume(self, queue: str = "default") -> None:
        await self.store.inspector.pause(queue, False)

    # -- looking

    async def find(self, identifier: str, store: Store | None = None) -> Job | None:
        """Return a job with all that is kept of it."""
        [job] = await (store or self.store).inspector.get([identifier], EVERYTHING)
        return job

    async def get(self, identifier: str) -> Job:
        """Return a job that must be there."""
        job = await self.find(identifier)
        assert job is not None
        return job

    async def state(self, identifier: str) -> State | None:
        """Return where a job stands, None when there is none."""
        job = await self.find(identifier)
        return job.state if job else None

    async def listed(self, limit: int = 200, oldest_first: bool = False, **where: Any) -> list[str]:
        """Return the ids of all jobs that match, page by page."""
        jobs = await census.listed(self.store, JobFilter(**where), PageRequest(limit, None, oldest_first))
        return [job.id for job in jobs]

    async def dump(self) -> dict[str, Job]:
        """Return every job, having checked that all the store says of them agrees."""
        return await census.take(self.store)

    # -- shortcuts

    async def in_state(self, state: State, **said: Any) -> str:
        """Bring a new job to a state by the ways a job gets there, and return its id. No other job may be pending."""
        if state is State.SCHEDULED:
            return await self.submit(delay=60.0, **said)
        identifier = await self.submit(**said)
        if state is State.PENDING:
            return identifier
        claimed = await self.claim_one()
        assert claimed.id == identifier
        await self.finish(*self.ending(state, claimed.lease))
        return identifier

    def ending(self, state: State, lease: Lease) -> Sequence[Outcome]:
        """Return the outcome that brings a running job to a state; none to leave it running."""
        outcomes = {
            State.COMPLETED: Outcome.completed(lease, '"done"'),
            State.FAILED: Outcome.failed(lease, NO_ERROR),
            State.CANCELLED: Outcome.cancelled(lease, NO_ERROR),
        }
        return [outcomes[state]] if state in outcomes else []

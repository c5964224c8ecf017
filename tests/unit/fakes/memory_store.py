"""A store in a dictionary: the `Store` contract as far as a worker sees it, with switches for what can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.domain.lease import Claimed, Lease, LeaseState
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.state import State
from ferryman.store.hearing import Hearing
from ferryman.store.messages import (
    Command,
    FeedEntry,
    Pulse,
    Report,
    Submitted,
    Turn,
    TurnReply,
    Upkeep,
    WorkerInfo,
)
from ferryman.store.signals import ANY_QUEUE, queue_signal, worker_signal
from tests.unit.fakes.memory_inspector import MemoryInspector
from tests.unit.fakes.virtual_time import now

_NEXT = {
    Ending.COMPLETED: State.COMPLETED,
    Ending.FAILED: State.FAILED,
    Ending.CANCELLED: State.CANCELLED,
    Ending.RELEASED: State.PENDING,
    Ending.RETRIED: State.SCHEDULED,
    Ending.SNOOZED: State.SCHEDULED,
}


@dataclass
class Row:
    """A job in the store."""

    new: NewJob
    state: State = State.PENDING
    due: float = 0.0
    attempt: int = 0
    nonce: int = 0
    lease_until: float = 0.0
    worker: str = ""
    retries: int = 0
    crashes: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    said: list[Report] = field(default_factory=list)

    @property
    def lease(self) -> Lease:
        return Lease(self.new.id, self.attempt, self.nonce)


class MemoryStore:
    """Keeps jobs in order of submission; `turns` are all it was asked, resent ones included.

    `down` makes every call fail before it does anything. `deaf` makes the next so many turns do their work and then
    lose the answer. `gate`, when set to an event, holds turns until it is set; `slow` holds their answers. `stuck`
    makes extend never answer.
    """

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.turns: list[Turn] = []
        self.beats: list[tuple[WorkerInfo, list[Lease]]] = []
        self.retired: list[str] = []
        self.waits: list[tuple[list[str], float]] = []
        self.announced: dict[str, WorkerInfo] = {}
        self.commands: dict[str, Command | None] = {}
        self.down = False
        self.deaf = 0
        self.broken: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.slow: asyncio.Event | None = None
        self.stuck = False
        self.upkeeps = 0
        self.more_upkeep = 0
        self.next_due: float | None = None
        self.opened = self.closed = 0
        self._answers: dict[int, TurnReply] = {}
        self._hearing = Hearing()
        self.inspector = MemoryInspector(self._lanes, self.announced, self.commands, self.signal)
        self.feed = self

    # -- what tests do

    def put(self, task: str = "work", args: str = "{}", **said: Any) -> Row:
        """Submit a job; everything but its id may be said."""
        new = NewJob(f"job-{len(self.rows) + 1}", task, args)._replace(**said)
        row = self.rows[new.id] = Row(new)
        if new.delay:
            row.state, row.due = State.SCHEDULED, now() + new.delay
        else:
            self.signal(queue_signal(new.queue))
        return row

    def cancel(self, row: Row) -> None:
        """Cancel a job as an operator does."""
        row.state, row.nonce = State.CANCELLED, 0
        self.signal(worker_signal(row.worker))

    def lose(self, row: Row) -> None:
        """Give a running job's lease to somebody else."""
        row.attempt, row.nonce, row.worker = row.attempt + 1, -1, "another"

    def signal(self, name: str) -> None:
        """Send a signal."""
        names = {name, ANY_QUEUE} if name.startswith("queue:") else {name}
        self._hearing.note(frozenset(names))

    def _lanes(self) -> list[tuple[str, str, State]]:
        return [(row.new.queue, row.new.task, row.state) for row in self.rows.values()]

    # -- Store

    async def open(self) -> None:
        self._check()
        self.opened += 1

    def abandon(self) -> None: ...
    async def close(self) -> None:
        self.closed += 1

    async def submit(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        for job in jobs:
            self.rows[job.id] = Row(job)
        return [Submitted(job.id, True) for job in jobs]

    async def turn(self, turn: Turn) -> TurnReply:
        self.turns.append(turn)
        self._check()
        await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        if turn.request not in self._answers:
            accepted = [self._finish(outcome) for outcome in turn.outcomes]
            self._promote_and_recover()
            self._answers[turn.request] = TurnReply(accepted, self._claim(turn), self._due_in())
        if self.slow is not None:
            await self.slow.wait()
        if self.deaf > 0:
            self.deaf -= 1
            raise StoreUnavailable("the answer was lost")
        return self._answers[turn.request]

    def _check(self) -> None:
        if self.broken is not None:
            raise self.broken
        if self.down:
            raise StoreUnavailable("down")

    def _finish(self, outcome: Outcome) -> bool:
        row = self.rows[outcome.lease.job_id]
        if row.state is not State.PROCESSING or row.lease != outcome.lease:
            return False
        row.outcomes.append(outcome)
        row.state = _NEXT[outcome.ending]
        row.due = now() + outcome.delay
        row.retries += outcome.ending is Ending.RETRIED
        return True

    def _promote_and_recover(self) -> None:
        for row in self.rows.values():
            if row.state is State.SCHEDULED and row.due <= now():
                row.state = State.PENDING
            if row.state is State.PROCESSING and row.lease_until <= now():
                row.state, row.crashes = State.PENDING, row.crashes + 1

    def _claim(self, turn: Turn) -> list[Claimed]:
        fit = [
            row
            for row in self.rows.values()
            if row.state is State.PENDING
            and row.new.task in turn.tasks
            and (not turn.queues or row.new.queue in turn.queues)
        ]
        for row in fit[: turn.want]:
            row.state, row.attempt, row.nonce = State.PROCESSING, row.attempt + 1, turn.request
            row.worker, row.lease_until = turn.worker, now() + turn.lease
        return [_claimed(row) for row in fit[: turn.want]]

    def _due_in(self) -> float | None:
        times = [row.due for row in self.rows.values() if row.state is State.SCHEDULED]
        times += [row.lease_until for row in self.rows.values() if row.state is State.PROCESSING]
        return max(0.0, min(times) - now()) if times else None

    async def extend(self, worker: WorkerInfo, leases: Sequence[Lease], lease: float) -> Pulse:
        self._check()
        if self.stuck:
            await asyncio.get_running_loop().create_future()
        self.beats.append((worker, list(leases)))
        self.announced[worker.id] = worker
        return Pulse([self._extend(held, lease) for held in leases], self.commands.get(worker.id))

    def _extend(self, held: Lease, lease: float) -> LeaseState:
        row = self.rows[held.job_id]
        if row.state is State.CANCELLED:
            return LeaseState.CANCELLED
        if row.state is not State.PROCESSING or row.lease != held:
            return LeaseState.LOST
        row.lease_until = now() + lease
        return LeaseState.HELD

    async def retire(self, worker: str) -> None:
        self._check()
        self.retired.append(worker)

    async def upkeep(self, limit: int) -> Upkeep:
        self._check()
        self.upkeeps += 1
        self.more_upkeep -= 1
        return Upkeep(more=self.more_upkeep > 0, due_in=self.next_due)

    async def wait(self, signals: Sequence[str], timeout: float) -> None:
        self._check()
        self.waits.append((list(signals), timeout))
        await self._hearing.wait(signals, timeout)

    # -- Feed

    async def append(self, reports: Sequence[Report]) -> list[bool]:
        self._check()
        rows = [self.rows[report.lease.job_id] for report in reports]
        held = [
            row.state is State.PROCESSING and row.lease == report.lease
            for row, report in zip(rows, reports, strict=True)
        ]
        for report, is_held in zip(reports, held, strict=True):
            if is_held:
                self.rows[report.lease.job_id].said.append(report)
        return held

    async def read(self, job_id: str, after: int = 0, limit: int = 100, size: int = 0) -> list[FeedEntry]:
        raise NotImplementedError


def _claimed(row: Row) -> Claimed:
    new = row.new
    return Claimed(
        new.id,
        row.attempt,
        row.nonce,
        new.task,
        new.queue,
        new.args,
        row.retries,
        new.max_retries,
        row.crashes,
        new.timeout,
    )


def information(name: str, **said: Any) -> WorkerInfo:
    """Return what a worker of this name announces."""
    return replace(WorkerInfo(name, "here", 1, "1", (), (), 1), **said)

"""People and workers at a store until it ends: several submitters at once, workers' turns, cancels, upkeep, readers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from ferryman.domain.errors import StoreError, StoreUnavailable
from ferryman.domain.ids import job_id
from ferryman.domain.job import Job, NewJob
from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Ending, Outcome, error_text
from ferryman.domain.retention import Retention
from ferryman.domain.state import Operation, State
from ferryman.store.messages import Turn, TurnReply
from ferryman.store.protocol import Store
from tests.conformance.world import LEASE, worker_info
from tests.power.records import (
    Call,
    Cancelled,
    Ended,
    Fact,
    Gone,
    Held,
    Records,
    Stored,
    facts_of_outcomes,
    facts_of_submit,
)

TASKS, QUEUES, KEYS = ("a", "b"), ("x", "y"), tuple(f"k{number}" for number in range(12))
#: Short, so that jobs are pruned while the power fails.
RETENTION = Retention(completed=200, failed=400, cancelled=600)
ENDINGS = (Ending.COMPLETED, Ending.COMPLETED, *(e for e in Ending if e is not Ending.CRASHED))


@dataclass
class Clock:
    """The store's time, moved by chance."""

    now: float = 1_893_456_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Crowd:
    """All who use a file, over its whole life: what they hold, what they must send again, what they were told."""

    dice: random.Random
    clock: Clock
    records: Records = field(default_factory=Records)
    #: Leases that are held, and those that a worker has although they are lost.
    leases: list[Lease] = field(default_factory=list)
    void: list[Lease] = field(default_factory=list)
    #: Calls that got no answer, to be sent again just as they were.
    unanswered: list[list[NewJob]] = field(default_factory=list)
    sent_again: set[str] = field(default_factory=set)
    turns: dict[str, Turn] = field(default_factory=dict)
    submitted: int = 0
    finished: int = 0
    stores: int = 0
    _made: int = 0

    def wake(self, jobs: dict[str, Job]) -> None:
        """Look at the jobs of a file that was opened again: which leases are still held?"""
        everything = [*self.leases, *self.void]
        held = {(job.id, job.attempt) for job in jobs.values() if job.state is State.PROCESSING}
        # A void lease stays void, even when its attempt's number is granted once more.
        self.leases = [lease for lease in self.leases if (lease.job_id, lease.attempt) in held]
        self.void = [lease for lease in everything if lease not in self.leases][-20:]

    def job(self, key: str | None = None) -> NewJob:
        self._made += 1
        dice = self.dice
        said: dict[str, object] = {"task": dice.choice(TASKS), "queue": dice.choice(QUEUES), "key": key}
        said["delay"] = dice.choice([None, None, 0.5, 5.0])
        said["args"] = json.dumps({"text": "x" * dice.choice([1, 10, 700, 6_000])})
        said["tags"] = dice.choice([(), (), ("red",), ("red", "blue")])
        identifier = job_id(self.clock.now + self._made / 1_000, dice.getrandbits(74))
        return NewJob(identifier, priority=dice.randint(3, 6), max_retries=2, max_crashes=2, **said).placed()  # type: ignore[arg-type]


class User:
    """One store object with its users."""

    def __init__(
        self, crowd: Crowd, store: Store, path: Path, over: Callable[[], bool], failed: Callable[[], int]
    ) -> None:
        """An answer that does not come is no surprise when it is `over`, or when the disk has `failed` once more."""
        self._crowd = crowd
        self._dice = crowd.dice
        self._records = crowd.records
        self._store = store
        self._path = path
        self._over = over
        self._failed = failed
        crowd.stores += 1
        self._by = crowd.stores

    async def work(self) -> None:
        """Do random things, several at a time, until it is over."""
        actors: list[Callable[[], Awaitable[None]]] = [self.submit] * self._dice.randint(1, 4)
        actors += [self.worker(f"w{self._by}-{number}") for number in range(self._dice.randint(1, 2))]
        actors += [self.person, self.upkeep]
        if self._dice.random() < 0.3:
            actors.append(self.reader)
        await asyncio.gather(*(self._go_on(actor) for actor in actors))

    async def _go_on(self, act: Callable[[], Awaitable[None]]) -> None:
        while not self._over():
            failed = self._failed()
            try:
                await act()
            except (StoreError, sqlite3.Error) as error:
                troubled = self._failed() > failed and isinstance(error, (StoreUnavailable, sqlite3.OperationalError))
                if not (self._over() or troubled):
                    raise
            for _ in range(self._dice.choice([1, 1, 2, 5])):
                await asyncio.sleep(0)

    async def submit(self) -> None:
        """Submit new jobs, one with a key, or one again that got no answer."""
        crowd = self._crowd
        again = bool(crowd.unanswered) and self._dice.random() < 0.5
        if again:
            jobs = crowd.unanswered.pop(self._dice.randrange(len(crowd.unanswered)))
            crowd.sent_again.update(job.id for job in jobs)
        elif self._dice.random() < 0.3:
            jobs = [crowd.job(self._dice.choice(KEYS))]
        else:
            jobs = [crowd.job() for _ in range(self._dice.choice([1, 1, 2, 4]))]
        call = self._records.invoke(self._by, facts_of_submit(jobs), repeated=again)
        try:
            answers = await self._store.submit(jobs)
        except StoreError:
            crowd.unanswered.append(jobs)
            raise
        self._records.answer(call, [Stored(answer.id, proves=answer.created) for answer in answers])
        crowd.submitted += len(jobs)

    def worker(self, name: str) -> Callable[[], Awaitable[None]]:
        """Return the turns of one worker; a turn without an answer is taken again first."""

        async def turn() -> None:
            waiting = self._crowd.turns
            lost = sorted(worker for worker in waiting if not worker.startswith(f"w{self._by}-"))
            repeated = name in waiting or bool(lost)
            request = waiting.pop(name if name in waiting else lost[0]) if repeated else self._turn(name)
            # Nothing is known of a lease that was lost, nor of what happened before the turn was taken again.
            known = [] if repeated else [o for o in request.outcomes if o.lease not in self._crowd.void]
            call = self._records.invoke(self._by, facts_of_outcomes(known), repeated)
            try:
                reply = await self._store.turn(request)
            except StoreError:
                waiting[request.worker] = request
                raise
            self._answered(call, request, reply)
            if self._dice.random() < 0.3:
                await self._store.extend(worker_info(name), self._crowd.leases[:5], LEASE)

        return turn

    def _turn(self, name: str) -> Turn:
        crowd, dice = self._crowd, self._dice
        ended = dice.sample(crowd.leases, min(len(crowd.leases), dice.randint(0, 3)))
        crowd.leases = [lease for lease in crowd.leases if lease not in ended]
        late = dice.sample(crowd.void, min(len(crowd.void), dice.choice([0, 0, 1])))
        outcomes = [self._outcome(lease) for lease in [*ended, *late]]
        for outcome in outcomes:
            crowd.records.may_end(outcome.lease.job_id, crowd.clock.now)
        return Turn(name, dice.getrandbits(63), (), TASKS, outcomes, dice.randint(0, 4), LEASE)

    def _outcome(self, lease: Lease) -> Outcome:
        ending = self._dice.choice(ENDINGS)
        fault = error_text("ValueError", f"{lease.nonce}")
        error = fault if ending in (Ending.RETRIED, Ending.FAILED, Ending.CANCELLED) else None
        result = '"done"' if ending is Ending.COMPLETED else None
        return Outcome(lease, ending, result, error, self._dice.choice([0.0, 0.5, 3.0]))

    def _answered(self, call: Call, request: Turn, reply: TurnReply) -> None:
        crowd = self._crowd
        facts: list[Fact] = []
        for outcome, accepted in zip(request.outcomes, reply.accepted, strict=True):
            if accepted:
                assert outcome.lease not in crowd.void, f"a lease that was lost was accepted: {outcome}"
                facts.append(Ended(outcome))
                crowd.finished += 1
                if outcome.ending is Ending.COMPLETED:
                    crowd.records.completed.add(outcome.lease.job_id)
        for claimed in reply.claimed:
            crowd.records.claim(claimed, call.repeated)
            crowd.leases.append(claimed.lease)
            facts.append(Held(claimed.lease))
        crowd.records.answer(call, facts)

    async def person(self) -> None:
        """Cancel or delete something, now and then."""
        if self._dice.random() > 0.3 or not self._records.attempts:
            return
        identifier = self._dice.choice(sorted(self._records.attempts))
        operation = self._dice.choice([Operation.CANCEL, Operation.CANCEL, Operation.DELETE])
        waiting = self._crowd.sent_again.union(job.id for jobs in self._crowd.unanswered for job in jobs)
        if operation is Operation.DELETE and identifier in waiting:
            return  # a submit that comes after it would rightfully make the job anew
        if operation is Operation.DELETE:
            self._records.deleted.add(identifier)
        else:
            self._records.may_end(identifier, self._crowd.clock.now)
        call = self._records.invoke(self._by)
        [changed] = await self._store.inspector.act(operation, [identifier])
        fact: Fact = Gone(identifier) if operation is Operation.DELETE else Cancelled(identifier)
        self._records.answer(call, [fact] if changed.done else [])

    async def upkeep(self) -> None:
        """Let time pass, and have the store do what is due."""
        clock = self._crowd.clock
        if self._dice.random() < 0.02:
            clock.now += 300.0  # leases run out, jobs are pruned, and nobody waits that long to submit again
            self._crowd.unanswered.clear()
        clock.now += self._dice.choice([0.0, 0.1, 0.5, 1.0, 4.0])
        self._records.pruned = clock.now - RETENTION.completed
        await self._store.upkeep(self._dice.choice([5, 100]))

    async def reader(self) -> None:
        """Hold on to an old state of the file for a while, so that a checkpoint cannot finish."""
        with contextlib.closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM job").fetchone()
            for _ in range(self._dice.randint(5, 60)):
                await asyncio.sleep(0)

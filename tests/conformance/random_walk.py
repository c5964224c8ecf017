"""A worker, a person and a clock that do random things to a store, and what must hold after each of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ferryman.domain.job import Job
from ferryman.domain.lease import Claimed, Lease, LeaseState
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.state import FINAL, TRANSITIONS, Operation, State
from ferryman.store.messages import ACTIONS, Submitted
from tests.conformance.happened import Happened, happened
from tests.conformance.world import NO_ERROR, World

TASKS, QUEUES, KEYS = ("a", "b"), ("x", "y"), ("k1", "k2", "k3")
#: What may happen to any job in a turn, besides what the worker reports.
IN_A_TURN = frozenset({Operation.FINISH, Operation.RECOVER, Operation.PROMOTE, Operation.CLAIM})
IN_UPKEEP = frozenset({Operation.RECOVER, Operation.PROMOTE, Operation.PRUNE})
#: Where an accepted outcome leaves its job, if the rest of the turn does not move it on.
TARGETS = {
    Ending.COMPLETED: {State.COMPLETED},
    Ending.FAILED: {State.FAILED},
    Ending.CANCELLED: {State.CANCELLED},
    Ending.RETRIED: {State.SCHEDULED, State.FAILED},
    Ending.SNOOZED: {State.SCHEDULED},
    Ending.RELEASED: {State.PENDING},
}


def reachable(source: State | None, operations: frozenset[Operation]) -> set[State | None]:
    """Return every state to which these operations lead, in any order and number, itself included."""
    found, added = {source}, True
    while added:
        steps = {edge.target for edge in TRANSITIONS if edge.source in found and edge.operation in operations}
        added = not steps <= found
        found |= steps
    return found


@dataclass
class Walk:
    """The expected jobs, in plain Python, beside the store."""

    world: World
    dice: random.Random
    jobs: dict[str, Job] = field(default_factory=dict)
    #: The current token of each job that a worker of ours holds, as far as the store has told us.
    leases: dict[str, Lease] = field(default_factory=dict)
    stale: list[Lease] = field(default_factory=list)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)
    #: What happened before the walk, and what happened in it.
    before: Happened | None = None
    happened: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)

    async def step(self) -> None:
        """Do one thing and look at everything."""
        if self.before is None:
            self.before = await happened(self.world.store)
        steps: list[tuple[int, Callable[[], Awaitable[frozenset[Operation]]]]] = [
            (12, self.submit),
            (8, self.turn),
            (2, self.forge),
            (2, self.upkeep),
            (2, self.extend),
            (3, self.act),
            (3, self.pass_time),
            (1, self.pause),
        ]
        [step] = self.dice.choices([step for _, step in steps], [weight for weight, _ in steps])
        self.done[step.__name__] += 1
        await self.settle(await step())

    async def settle(self, operations: frozenset[Operation]) -> None:
        """Check that every change was legal for what was done, and remember the new state of things."""
        after = await self.world.dump()
        for identifier in self.jobs.keys() | after.keys():
            old, new = self.jobs.get(identifier), after.get(identifier)
            legal = reachable(old.state if old else None, operations)
            assert (new.state if new else None) in legal, f"{old} became {new} by {set(operations)}"
            if old and new:
                self.check_numbers(old, new, operations)
            self.count(old, new)
        self.jobs = after
        for identifier, lease in list(self.leases.items()):
            job = after.get(identifier)
            if job is None or job.state is not State.PROCESSING or job.attempt != lease.attempt:
                self.stale.append(self.leases.pop(identifier))
        assert self.before is not None
        expected = [count + self.happened[name] for name, count in zip(Happened._fields, self.before, strict=True)]
        assert await happened(self.world.store) == Happened(*expected)
        self.keys = {place: identifier for place, identifier in self.keys.items() if identifier in after}

    def check_numbers(self, old: Job, new: Job, operations: frozenset[Operation]) -> None:
        assert new.attempt >= old.attempt, "attempt numbers go back"
        assert (old.task, old.queue, old.args, old.key) == (new.task, new.queue, new.args, new.key)
        assert (new.attempts or ())[: len(old.attempts or ())] == old.attempts, "history was rewritten"
        if Operation.RETRY not in operations:
            assert new.retries >= old.retries
            assert new.crashes >= old.crashes
        if old.state in FINAL and new.state in FINAL:
            assert (new.state, new.result, new.finished_at) == (old.state, old.result, old.finished_at)

    def count(self, old: Job | None, new: Job | None) -> None:
        """Count what happened to a job in this step, as far as its attempts and its state tell."""
        if new is None:
            return
        ended = [attempt.ending for attempt in (new.attempts or ())[len((old and old.attempts) or ()) :]]
        self.happened["submitted"] += old is None
        self.happened["retried"] += ended.count(Ending.RETRIED)
        self.happened["crashed"] += ended.count(Ending.CRASHED)
        if new.final and (old is None or old.state is not new.state):
            self.happened[new.state.value] += 1

    # -- what can be done

    async def submit(self) -> frozenset[Operation]:
        delay = self.dice.choice([None, None, 0.0, 5.0, 40.0])
        key = self.dice.choice([None, None, *KEYS])
        task, queue = self.dice.choice(TASKS), self.dice.choice(QUEUES)
        job = self.world.job(
            task, queue=queue, delay=delay, key=key, priority=self.dice.randint(3, 6), max_retries=2, max_crashes=2
        )
        [answer] = await self.world.store.submit([job])
        met = self.keys.get((task, key or ""))
        assert answer == Submitted(met or job.id, met is None)
        if key and met is None:
            self.keys[task, key] = job.id
        if met is None:
            assert await self.world.state(job.id) is (State.SCHEDULED if delay else State.PENDING)
        return frozenset({Operation.SUBMIT})

    async def turn(self) -> frozenset[Operation]:
        """Report some outcomes, half of them with stale tokens, and claim."""
        chosen = self.dice.sample(sorted(self.leases.values()), min(len(self.leases), self.dice.randint(0, 3)))
        late = self.dice.sample(self.stale, min(len(self.stale), self.dice.randint(0, 3)))
        outcomes = [self.outcome(lease) for lease in [*chosen, *late]]
        self.dice.shuffle(outcomes)
        queues = self.dice.choice([(), QUEUES, QUEUES[:1]])
        reply = await self.world.turn(*outcomes, want=self.dice.randint(0, 4), tasks=TASKS, queues=queues)
        for outcome, accepted in zip(outcomes, reply.accepted, strict=True):
            assert accepted == (outcome.lease in chosen), f"{outcome} accepted: {accepted}"
        for claimed in reply.claimed:
            self.check_claim(claimed, queues)
        await self.check_outcomes([o for o in outcomes if o.lease in chosen], {c.id for c in reply.claimed})
        for claimed in reply.claimed:
            if claimed.id in self.leases:
                self.stale.append(self.leases[claimed.id])
            self.leases[claimed.id] = claimed.lease
        return IN_A_TURN

    def outcome(self, lease: Lease) -> Outcome:
        ending = self.dice.choice([*TARGETS, Ending.COMPLETED])
        return Outcome(lease, ending, '"done"', NO_ERROR, self.dice.choice([0.0, 3.0, 30.0]))

    def check_claim(self, claimed: Claimed, queues: tuple[str, ...]) -> None:
        job = self.jobs[claimed.id]
        assert claimed.attempt == job.attempt + 1
        assert claimed.queue not in self.paused
        assert not queues or claimed.queue in queues
        assert job.run_at is None or job.run_at <= self.world.now() or job.state is not State.SCHEDULED

    async def check_outcomes(self, accepted: list[Outcome], claimed: set[str]) -> None:
        for outcome in accepted:
            state = await self.world.state(outcome.lease.job_id)
            promoted = {State.PENDING} if outcome.delay == 0.0 else set()
            moved_on = outcome.lease.job_id in claimed and state is State.PROCESSING
            assert moved_on or state in TARGETS[outcome.ending] | promoted

    async def forge(self) -> frozenset[Operation]:
        """Report with a token that was never given."""
        if self.leases:
            lease = self.dice.choice(sorted(self.leases.values()))
            forged = self.dice.choice(
                [lease._replace(nonce=lease.nonce ^ 1), lease._replace(attempt=lease.attempt + 1)]
            )
            assert await self.world.finish(self.outcome(forged)) == [False]
        return IN_A_TURN - {Operation.FINISH, Operation.CLAIM}

    async def upkeep(self) -> frozenset[Operation]:
        await self.world.store.upkeep(self.dice.randint(1, 20))
        return IN_UPKEEP

    async def extend(self) -> frozenset[Operation]:
        late = self.dice.sample(self.stale, min(len(self.stale), 3))
        pulse = await self.world.extend(*self.leases.values(), *late)
        assert list(pulse.leases[: len(self.leases)]) == [LeaseState.HELD] * len(self.leases)
        assert LeaseState.HELD not in pulse.leases[len(self.leases) :]
        return frozenset()

    async def act(self) -> frozenset[Operation]:
        operation = self.dice.choice(ACTIONS)
        if self.jobs:
            job = self.jobs[self.dice.choice(sorted(self.jobs))]
            targets = {e.target for e in TRANSITIONS if e.source is job.state and e.operation is operation}
            changed = await self.world.act(operation, job.id)
            assert changed.done == bool(targets)
            assert changed.state in (targets or {job.state})
        return frozenset({operation})

    async def pass_time(self) -> frozenset[Operation]:
        await self.world.advance(self.dice.choice([-2.0, 1.0, 1.0, 4.0, 4.0, 10.0, 20.0, 60.0, 500.0]))
        return frozenset()

    async def pause(self) -> frozenset[Operation]:
        queue = self.dice.choice(QUEUES)
        if queue in self.paused:
            self.paused.remove(queue)
            await self.world.resume(queue)
        else:
            self.paused.add(queue)
            await self.world.pause(queue)
        return frozenset()

"""The machine that thinks of what to do to a store and the model: Hypothesis rolls the dice and shortens what fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar, Literal, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from ferryman.domain.ids import job_id
from ferryman.domain.job import NewJob
from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.state import FINAL, Operation, State, sources
from ferryman.store.messages import ACTIONS, TRACKS, Command, FeedKind, Report, Turn
from tests.conformance.world import LEASE
from tests.model import wishes as w
from tests.model.together import Together

#: Makes numbers that look random, and are the same in every run.
SCATTER = 0x9E37_79B9_7F4A_7C15


#: The names of all steps.
KINDS: set[str] = set()


def step(**said: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a method a step of the machine, which is counted."""

    def decorate(method: Callable[..., None]) -> Callable[..., None]:
        @wraps(method)
        def counted(self: Machine, **values: Any) -> None:
            self.steps[method.__name__] += 1
            self.sound = False
            self.age += 1
            self.just_turned = False
            method(self, **values)
            self.sound = True

        KINDS.add(method.__name__)
        made: Any = rule  # whose types know of no strategies by name
        return cast(Callable[..., None], made(**said)(counted))

    return decorate


class Machine(RuleBasedStateMachine):
    """One example: a fresh store and a fresh model."""

    #: The topology; whoever runs the machine says which, in a class of its own.
    topology: ClassVar[str]
    #: Every kind of step; how often each was taken; and how many examples were begun.
    kinds: ClassVar[set[str]] = KINDS
    steps: ClassVar[Counter[str]]
    examples: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).examples += 1
        self.both = Together(self.topology)
        #: Whether a turn is decided, and remembered, in one place.
        self.one_line = self.both.bench.lines == 1
        #: False while a step is under way, and after one that failed.
        self.sound = True
        #: Steps since the processes began.
        self.age = 0
        self.just_turned = False
        self.made = 0
        self.batches: list[list[NewJob]] = []
        self.turns: list[Turn] = []
        self.leases: list[Lease] = []

    # -- what the values that were drawn stand for

    def send(self, turn: Turn) -> None:
        """Take a turn, whether or not it was taken before, and note what it grants."""
        reply = self.both.turn(turn)
        self.leases += [claimed.lease for claimed in reply.claimed if claimed.lease not in self.leases]

    def take_turn(self, worker: str, outcomes: Sequence[Outcome] = (), want: int = 0, **said: Any) -> None:
        """Take a new turn."""
        # As random as a number can be that is the same every time.
        request = (len(self.turns) + 1) * SCATTER % 2**63
        queues, tasks = said.get("queues", ()), said.get("tasks", w.TASKS)
        turn = Turn(worker, request, queues, tasks, outcomes, want, LEASE, len(self.turns) // 2 % TRACKS)
        self.turns.append(turn)
        self.just_turned = True
        self.send(turn)

    def outcomes(self, reports: Sequence[w.Ended]) -> list[Outcome]:
        """Return the outcomes that reports stand for."""
        return [w.outcome(self.lease(token), ending, delay) for token, ending, delay in reports]

    def lease(self, token: w.Token) -> Lease:
        """Return the lease that a token stands for."""
        known = [lease for lease in self.leases if not token.held or self.both.model.jobs.held(lease)]
        lease = known[token.number % len(known)] if known else Lease(job_id(self.both.bench.latest, token.number), 1, 1)
        return w.forge(lease, token.forged)

    def jobs(self, chosen: Sequence[int], states: frozenset[State]) -> list[str]:
        """Return the ids of the chosen ones of the jobs in these states; of one that never was if there is none."""
        ids = [job.id for job in self.both.model.jobs.by_id.values() if job.state in states]
        ids = ids or [job_id(self.both.bench.latest, 0)]
        return [ids[number % len(ids)] for number in chosen]

    def new_job(self, wish: w.Wish, number: int, request: tuple[str, str] | None) -> NewJob:
        """Make the job that is wished for, the `number`th of its request."""
        self.made += 1
        start = float(wish.start or 0)
        signed = wish.start.startswith(("+", "-"))
        # What is decided by both a key and a request is decided only where all jobs are in one place.
        name, fingerprint = ((not wish.key or self.one_line) and request) or (None, None)
        return NewJob(
            job_id(self.both.bench.latest + self.made / 1_000, self.made * SCATTER % 2**74),
            wish.task,
            wish.args,
            wish.queue,
            wish.priority,
            delay=None if signed or not wish.start else start,
            run_at=self.both.bench.now() + start if signed else None,
            timeout=wish.timeout,
            max_retries=wish.max_retries,
            max_crashes=wish.max_crashes,
            key=wish.key,
            tags=wish.tags,
            request=name and (f"{name}#{number}" if number else name),
            fingerprint=fingerprint,
        ).placed()

    # -- clients

    @step(wishes=st.lists(w.wishes, min_size=1, max_size=3), request=w.requests)
    def submit(self, wishes: list[w.Wish], request: tuple[str, str] | None) -> None:
        jobs = [self.new_job(wish, number, request) for number, wish in enumerate(wishes)]
        self.batches.append(jobs)
        self.both.submit(jobs)

    @step(wish=w.wishes)
    def submit_one(self, wish: w.Wish) -> None:
        self.batches.append([self.new_job(wish, 0, None)])
        self.both.submit(self.batches[-1])

    @precondition(lambda self: self.batches)
    @step(number=w.numbers, other=st.none() | w.wishes)
    def submit_known(self, number: int, other: w.Wish | None) -> None:
        """The answer to a submit was lost; or another job comes under its id, which should never be."""
        jobs = self.batches[-1 - number % len(self.batches)]
        if other:
            jobs = [self.new_job(other, 0, None)._replace(id=jobs[0].id, key=jobs[0].key, task=jobs[0].task)]
        self.both.submit(jobs)

    # -- workers

    @step(worker=w.workers, want=w.wants, queues=w.served_queues, tasks=w.served_tasks)
    def claim(self, worker: str, want: int, queues: tuple[str, ...], tasks: tuple[str, ...]) -> None:
        self.take_turn(worker, (), want, queues=queues, tasks=tasks)

    @step(worker=w.workers, number=w.numbers)
    def complete(self, worker: str, number: int) -> None:
        """What happens most."""
        self.take_turn(worker, self.outcomes([w.Ended(w.Token(True, number, ""), Ending.COMPLETED, 1.0)]), 1)

    @step(worker=w.workers, want=w.wants, reports=st.lists(w.reports, min_size=1, max_size=3))
    def finish(self, worker: str, want: int, reports: list[w.Ended]) -> None:
        self.take_turn(worker, self.outcomes(reports), want)

    @step(worker=w.workers, want=w.wants, reports=st.lists(w.doubtful_reports, min_size=1, max_size=3))
    def finish_by_any_token(self, worker: str, want: int, reports: list[w.Ended]) -> None:
        self.take_turn(worker, self.outcomes(reports), want)

    @precondition(lambda self: self.turns and (self.one_line or self.just_turned))
    @step(times=st.integers(1, 2))
    def turn_again(self, times: int) -> None:
        """The answer to the last turn was lost."""
        for _ in range(times):
            self.send(self.turns[-1])

    @precondition(lambda self: self.turns and self.one_line)
    @step(number=w.numbers)
    def turn_again_late(self, number: int) -> None:
        """An older turn comes once more, by a way that took long."""
        self.send(self.turns[-1 - number % len(self.turns)])

    @step(worker=w.workers, tokens=st.lists(w.tokens, max_size=4), lease=w.lengths)
    def extend(self, worker: str, tokens: list[w.Token], lease: float) -> None:
        self.both.extend(worker, [self.lease(token) for token in tokens], lease)

    @step(tokens=st.lists(w.tokens, min_size=1, max_size=3), kind=w.kinds)
    def append(self, tokens: list[w.Token], kind: FeedKind) -> None:
        self.both.append([Report(self.lease(token), kind, f'"{number}"') for number, token in enumerate(tokens)])

    # -- people

    @step(operation=st.sampled_from(ACTIONS), chosen=w.some_numbers, allowed=w.mostly)
    def act(self, operation: Operation, chosen: list[int], allowed: bool) -> None:
        self.both.act(operation, self.jobs(chosen, sources(operation) if allowed else frozenset(State)))

    @step(number=w.numbers, seconds=st.sampled_from((300.0, 0.25)))
    def run_again(self, number: int, seconds: float) -> None:
        """A person has a job that ended run once more, and some time later it ends once more."""
        [chosen] = self.jobs([number], FINAL)
        self.both.act(Operation.RETRY, [chosen])
        self.take_turn(w.WORKERS[0], (), 5)
        self.both.bench.advance(seconds)
        for lease in [lease for lease in self.leases if lease.job_id == chosen and self.both.model.jobs.held(lease)]:
            self.take_turn(w.WORKERS[0], [w.outcome(lease, Ending.COMPLETED, 1.0)])

    @step(queue=w.queues, paused=st.booleans(), by=st.sampled_from(("", "ann", "bob")))
    def pause(self, queue: str, paused: bool, by: str) -> None:
        self.both.pause(queue, paused, by)

    @step(worker=w.workers, command=st.sampled_from((*Command, None, "retire")))
    def command(self, worker: str, command: Command | Literal["retire"] | None) -> None:
        """A person tells a worker something, or it says goodbye itself."""
        if command == "retire":
            self.both.retire(worker)
        else:
            self.both.command(worker, command)

    # -- time and processes

    @step(seconds=w.moments)
    def pass_time(self, seconds: float) -> None:
        self.both.bench.advance(seconds)

    @step(which=st.integers(0, 2), off=st.sampled_from((0.0, -0.25, 0.25)))
    def pass_time_until_something_is_due(self, which: int, off: float) -> None:
        """Come to just when, or just before or after, a job is due, a lease runs out, or a job is kept no longer."""
        moments = self.both.moments()
        if moments:
            self.both.bench.advance(moments[which % len(moments)] + off - self.both.bench.now())

    @step(limit=st.sampled_from((100, 1, 2)), until_done=st.booleans())
    def upkeep(self, limit: int, until_done: bool) -> None:
        if until_done:
            self.both.upkeep_until_done(limit)
        else:
            self.both.upkeep(limit)

    @precondition(lambda self: self.age >= 10)
    @step(two=st.booleans())
    def restart(self, two: bool) -> None:
        """All processes end, and one or two begin."""
        self.both.bench.restart(1 + two)
        self.age = 0

    # -- the end

    def teardown(self) -> None:
        """If all was well, let everything run to its end; and take the store away."""
        try:
            if self.sound:
                self.come_to_an_end()
        finally:
            self.both.bench.close()

    def come_to_an_end(self) -> None:
        """Claim what can be claimed, leave it until it is recovered, and claim again; see that nothing is missed."""
        for queue in list(self.both.model.paused):
            self.both.pause(queue, False, "")
        self.take_turn("last", want=1_000)
        self.both.bench.advance(500.0)
        self.both.upkeep_until_done(5)
        self.take_turn("last", want=1_000)
        self.both.look_closer()

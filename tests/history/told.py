"""Histories told step by step, for the tests of the judge."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

from ferryman.domain.job import Attempt, Job, NewJob
from ferryman.domain.lease import Claimed, Lease, LeaseState
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.state import Operation, State
from ferryman.store.messages import Changed, FeedKind, Pulse, Report, Submitted, Turn, TurnReply
from tests.history.records import Call, History, Run, Sight

_requests = itertools.count(1)


class Told(History):
    """A history told step by step: one call at a time unless `answer` says that nobody heard of it."""

    def submit(self, *names: str, met: str | None = None, heard: bool = True, **said: Any) -> Call:
        call = self.call(self.submits, "client", [NewJob(name, "work", **said) for name in names])
        if heard:
            self.answered(call, [Submitted(met or name, met is None) for name in names])
        return call

    def claim(self, name: str, attempt: int = 1, nonce: int = 1, heard: bool = True, by: str = "w") -> Lease:
        call = self.call(self.turns, by, Turn(by, next(_requests), (), ("work",), (), 1))
        if heard:
            claimed = Claimed(name, attempt, nonce, "work", "default", "{}", 0, 3, 0, None)
            self.answered(call, TurnReply((), [claimed], None))
        return Lease(name, attempt, nonce)

    def finish(self, lease: Lease, ending: Ending = Ending.COMPLETED, accepted: bool = True, **said: Any) -> Turn:
        turn = said.get("again") or Turn("w", next(_requests), (), ("work",), [Outcome(lease, ending, '"r"')])
        call = self.call(self.turns, "w", turn)
        if said.get("heard", True):
            self.answered(call, TurnReply([accepted], (), None))
        return turn

    def extend(self, lease: Lease, state: LeaseState) -> None:
        call = self.call(self.extends, "w", [lease])
        self.answered(call, Pulse([state]))

    def append(self, lease: Lease, accepted: bool) -> None:
        call = self.call(self.appends, "w", [Report(lease, FeedKind.LOG, "{}")])
        self.answered(call, [accepted])

    def act(self, operation: Operation, name: str, heard: bool = True) -> None:
        call = self.call(self.acts, "person", (operation, [name]))
        if heard:
            self.answered(call, [Changed(name, True, State.CANCELLED)])

    def run(self, lease: Lease, returned: str | None = '"r"') -> None:
        self.runs.append(Run(lease, self.clock(), math.inf if returned is None else self.clock(), returned))

    def see(self, name: str, state: State | None, attempt: int = 0) -> None:
        job = None if state is None else made(name, state, attempt=attempt)
        self.sights.append(Sight(name, self.clock(), self.clock(), job))

    def end(self, *jobs: Job) -> None:
        self.final = {job.id: job for job in jobs}


def made(name: str, state: State = State.COMPLETED, **said: Any) -> Job:
    """Make a job as it is kept."""
    values: dict[str, Any] = {"attempt": 0, "retries": 0, "crashes": 0, "submitted_at": 100.0}
    return Job(name, "work", "default", state, 5, max_retries=1, max_crashes=1, **(values | said))


def ended(*endings: Ending, began: float = 100.0) -> tuple[Attempt, ...]:
    """Make the attempts of a job."""
    return tuple(Attempt(n, "w", began + n, began + n + 1, ending) for n, ending in enumerate(endings, 1))


Story = Callable[[Told], None]
BROKEN: list[tuple[str, Story]] = []
SOUND: list[Story] = []


def breaks(rule: str) -> Callable[[Story], Story]:
    """Mark a history that breaks a rule."""

    def mark(story: Story) -> Story:
        BROKEN.append((rule, story))
        return story

    return mark


def sound(story: Story) -> Story:
    """Mark a history that breaks none, though it looks like it."""
    SOUND.append(story)
    return story

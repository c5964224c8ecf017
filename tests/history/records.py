"""What was asked, what was answered and what was run: the evidence on which `judge.py` decides.

A call has a stamp when it was made and one when its answer came; `answer` is None while there is none, and stays None
for ever when nobody heard it: such a call may have been done at any time after it was made, or never. Stamps come from
one clock for all who record, and never come twice.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ferryman.domain.job import Job, NewJob
from ferryman.domain.lease import Lease
from ferryman.domain.state import Operation
from ferryman.store.messages import Submitted, Turn, TurnReply


@dataclass(slots=True)
class Call:
    """One call of the store: `said` is what was asked, by whom."""

    by: str
    said: Any
    begun: float
    ended: float = math.inf
    answer: Any = None


@dataclass(slots=True)
class Run:
    """What a task saw of itself, told by nobody else: it began with this lease, and maybe ended and returned this."""

    lease: Lease
    begun: float
    ended: float = math.inf
    returned: str | None = None


@dataclass(slots=True)
class Sight:
    """What somebody who looked saw of a job, None when there was none."""

    id: str
    begun: float
    ended: float
    job: Job | None


@dataclass(slots=True)
class History:
    """All that is known of what happened, and, once it is over, what is left: `final`."""

    clock: Callable[[], float] = field(default_factory=lambda: itertools.count(1).__next__)
    submits: list[Call] = field(default_factory=list)
    turns: list[Call] = field(default_factory=list)
    extends: list[Call] = field(default_factory=list)
    appends: list[Call] = field(default_factory=list)
    acts: list[Call] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    #: The store's clock went backwards: then a job may begin before its time, for what was once due stays due.
    clock_went_back: bool = False
    #: Whether all jobs of a queue, a task and a priority are in one line.
    one_line: bool = True
    final: dict[str, Job] = field(default_factory=dict)

    # -- recording

    def call(self, calls: list[Call], by: str, said: Any) -> Call:
        """Note that a call is made."""
        made = Call(by, said, self.clock())
        calls.append(made)
        return made

    def answered(self, call: Call, answer: Any) -> None:
        """Note its answer."""
        call.answer, call.ended = answer, self.clock()

    # -- reading

    def created(self) -> Iterator[tuple[NewJob, Call]]:
        """Yield the jobs that were acknowledged as new."""
        for call in self.submits:
            for job, answer in self.answers(call):
                if answer.created:
                    yield job, call

    @staticmethod
    def answers(call: Call) -> Iterator[tuple[NewJob, Submitted]]:
        """Yield what was submitted with what was said of it."""
        jobs: Sequence[NewJob] = call.said
        if call.answer is not None:
            yield from zip(jobs, call.answer, strict=True)

    def acted(self, operation: Operation, job_id: str) -> list[Call]:
        """Return the calls that asked for an operation on a job."""
        return [call for call in self.acts if call.said[0] is operation and job_id in call.said[1]]


@dataclass(frozen=True, slots=True)
class Grant:
    """A lease that was given: not before `begun`, and known to somebody at `ended`."""

    lease: Lease
    by: str
    begun: float
    ended: float


@dataclass(frozen=True, slots=True)
class Finish:
    """An outcome that was accepted."""

    lease: Lease
    ending: str
    result: str | None
    request: int
    begun: float
    ended: float


def grants(history: History) -> list[Grant]:
    """Return every lease that a worker heard of; a turn that was sent again counts from when it was sent first."""
    first = _first_sent(history)
    found: dict[Lease, Grant] = {}
    for call in history.turns:
        turn: Turn = call.said
        reply: TurnReply | None = call.answer
        for claimed in reply.claimed if reply else ():
            begun = first[turn.worker, turn.request]
            known = found.get(claimed.lease)
            ended = min(call.ended, known.ended) if known else call.ended
            found[claimed.lease] = Grant(claimed.lease, turn.worker, begun, ended)
    return list(found.values())


def finishes(history: History) -> list[Finish]:
    """Return every outcome that was accepted, once each."""
    first = _first_sent(history)
    found: dict[tuple[Lease, int], Finish] = {}
    for call in history.turns:
        turn: Turn = call.said
        if call.answer is None:
            continue
        for outcome, accepted in zip(turn.outcomes, call.answer.accepted, strict=True):
            key = (outcome.lease, turn.request)
            if accepted and key not in found:
                begun = first[turn.worker, turn.request]
                ended = call.ended
                found[key] = Finish(outcome.lease, outcome.ending.value, outcome.result, turn.request, begun, ended)
    return list(found.values())


def _first_sent(history: History) -> dict[tuple[str, int], float]:
    first: dict[tuple[str, int], float] = {}
    for call in history.turns:
        first.setdefault((call.said.worker, call.said.request), call.begun)
    return first

"""What there is to tell of a job: its states and what its feed says, as events in one order, whoever looks when.

The feed is stored. The states are not: they follow from the job and its attempts, so that they cost nothing. That they
follow is what lets a reader leave anywhere and come back later: the same life is told in the same words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from typing import NamedTuple

from ferryman.domain.clock import rfc3339
from ferryman.domain.errors import InvalidOption, shown
from ferryman.domain.job import Attempt, Job
from ferryman.domain.outcome import Ending
from ferryman.domain.state import STATUS, WAITING, State


class EventKind(StrEnum):
    """What an event tells."""

    STATE = "state"
    PROGRESS = "progress"
    LOG = "log"
    OUTPUT = "output"
    #: The last one: how the job ended.
    RESULT = "result"
    #: Entries of the feed made room before they were read.
    GAP = "gap"


class JobEvent(NamedTuple):
    """One event of a job. `data` is a JSON object as text; `at` is in seconds since the epoch.

    By its `id` a reader goes on behind it, now or later.
    """

    id: str
    kind: EventKind
    at: float
    attempt: int
    data: str


class Phase(IntEnum):
    """Where in its life a job is, since it was last claimed; they come in this order, some of them not at all."""

    PROCESSING = 0
    ENDED = 1
    RESULT = 2
    SCHEDULED = 3
    PENDING = 4
    #: Before it was claimed again; an attempt that is cancelled has ended.
    CANCELLED = 5
    CANCELLED_RESULT = 6


_PHASES = {
    State.BLOCKED: Phase.SCHEDULED,
    State.SCHEDULED: Phase.SCHEDULED,
    State.PENDING: Phase.PENDING,
    State.PROCESSING: Phase.PROCESSING,
}
_PLACE = re.compile(r"(\d{1,18})\.(\d{1,9})\.([0-6])", re.ASCII)


class Place(NamedTuple):
    """How far a reader is: the number of the last entry of the feed, and the last state that it was told."""

    number: int = 0
    attempt: int = 0
    phase: int = 0

    @classmethod
    def parse(cls, text: str | None) -> Place:
        """Read the id of an event, None for the beginning; raises `InvalidOption`."""
        if text is None:
            return cls()
        found = _PLACE.fullmatch(text)
        if found is None:
            raise InvalidOption("after", f"{shown(text)} is no id of an event, such as 12.1.0")
        return cls(*map(int, found.groups()))

    @property
    def step(self) -> tuple[int, int]:
        """Return the last state that was told."""
        return self.attempt, self.phase

    @property
    def id(self) -> str:
        """Return the id of the event that is here."""
        return f"{self.number}.{self.attempt}.{self.phase}"


class Moment(NamedTuple):
    """A job's coming to a state. `at` is None where nobody wrote it down; `run_at` where a later attempt has."""

    attempt: int
    phase: Phase
    state: State
    at: float | None
    worker: str | None = None
    run_at: float | None = None
    ending: Ending | None = None
    error: str | None = None

    @property
    def step(self) -> tuple[int, int]:
        """Return its place among all of them."""
        return self.attempt, self.phase

    @property
    def data(self) -> str:
        """Return what is told of it."""
        said = {
            "state": self.state,
            "status": STATUS[self.state],
            "worker": self.worker,
            "run_at": None if self.run_at is None else rfc3339(self.run_at),
            "ending": self.ending,
        }
        return f'{json.dumps(said)[:-1]}, "error": {self.error or "null"}}}'


def moments(job: Job) -> list[Moment]:
    """Return a job's states from its beginning to now, as far as they can be known; read it with its attempts."""
    found = list(_moments(job))
    if not found or found[-1].state is not job.state:  # an attempt that should be there is not
        phase = _PHASES.get(job.state, Phase.ENDED)
        found.append(Moment(job.attempt, phase, job.state, job.finished_at or job.started_at, job.worker))
    return found


def result_of(last: Moment) -> tuple[int, int]:
    """Return where the result stands of a job that has ended so."""
    return last.attempt, last.phase + 1


def has_all(job: Job, place: Place) -> bool:
    """Whether a reader who is there was told all of a job, which has ended; read it with its attempts."""
    return job.final and place.step == result_of(moments(job)[-1])


def _moments(job: Job) -> Iterator[Moment]:
    attempts = list(job.attempts or ())
    if job.state is State.PROCESSING:
        attempts.append(Attempt(job.attempt, job.worker or "", job.started_at or 0.0))
    yield from _beginning(job, attempts[0] if attempts else None)
    for number, attempt in enumerate(attempts):
        yield Moment(attempt.number, Phase.PROCESSING, State.PROCESSING, attempt.started_at, attempt.worker)
        if attempt.ending is not None:
            following = attempts[number + 1] if number + 1 < len(attempts) else None
            yield from _after(attempt, following, job)


def _beginning(job: Job, first: Attempt | None) -> Iterator[Moment]:
    """What was before the first attempt. When that is over, the time it was due may be known no more."""
    due = job.run_at
    if first is not None:
        due = due if due is not None and due <= first.started_at else None
    elif job.state in WAITING - {State.PENDING}:
        yield Moment(0, Phase.SCHEDULED, job.state, job.submitted_at, run_at=due)
        return
    if due is not None:
        yield Moment(0, Phase.SCHEDULED, State.SCHEDULED, job.submitted_at, run_at=due)
    if first is not None or _came_to_line(job):
        yield Moment(0, Phase.PENDING, State.PENDING, max(due or 0.0, job.submitted_at))
    if first is None and job.state is State.CANCELLED:
        yield Moment(0, Phase.CANCELLED, State.CANCELLED, job.finished_at)


def _after(attempt: Attempt, following: Attempt | None, job: Job) -> Iterator[Moment]:
    """What came after an attempt that ended, up to the next one."""
    state = _state_after(attempt, job if following is None else None)
    phase = _PHASES.get(state, Phase.ENDED)
    due = job.run_at if following is None and phase is Phase.SCHEDULED else None
    yield Moment(attempt.number, phase, state, attempt.finished_at, attempt.worker, due, attempt.ending, attempt.error)
    if following is None and job.state is state:
        return
    if phase is not Phase.PENDING and (following is not None or _came_to_line(job)):
        begun = None if following is None else following.started_at
        yield Moment(attempt.number, Phase.PENDING, State.PENDING, due or begun)
    if following is None and job.state is State.CANCELLED:
        yield Moment(attempt.number, Phase.CANCELLED, State.CANCELLED, job.finished_at)


def _state_after(attempt: Attempt, job: Job | None) -> State:
    """Return what became of a job by the end of an attempt; `job` if that was its last one."""
    if attempt.ending in (Ending.RETRIED, Ending.SNOOZED):
        return State.SCHEDULED
    if attempt.ending is Ending.RELEASED:
        return State.PENDING
    if attempt.ending is Ending.CRASHED:
        return State.FAILED if job is not None and job.state is State.FAILED else State.PENDING
    return State(str(attempt.ending))


def _came_to_line(job: Job) -> bool:
    """Whether a job that waits, or was cancelled while it did, was in line after it had been scheduled."""
    if job.state is not State.CANCELLED:
        return job.state is State.PENDING
    return job.run_at is None or (job.finished_at or 0.0) >= job.run_at

"""What was asked of the store and what it answered, as facts that the file must bear out afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ferryman.domain.job import Job, NewJob
from ferryman.domain.lease import Claimed, Lease
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.state import State


class Found(NamedTuple):
    """What an opened file holds, and which jobs may have left it rightfully: deleted, or past their retention."""

    jobs: Mapping[str, Job]
    may_be_gone: Callable[[str], bool]


class Fact(Protocol):
    """Something that is true of the file if a call was committed."""

    @property
    def proves(self) -> bool:
        """Whether only that call can have made it true, so that it shows the call was kept."""

    def holds(self, found: Found) -> bool | None:
        """Whether the file says so; None when it cannot tell."""


@dataclass(frozen=True)
class Stored:
    """There is a job of this id."""

    job_id: str
    #: Without an answer a job with a key may rightfully be missing: one with that key was there before.
    certain: bool = True
    proves: bool = True

    def holds(self, found: Found) -> bool | None:
        if self.job_id in found.jobs:
            return True
        return None if not self.certain or found.may_be_gone(self.job_id) else False


@dataclass(frozen=True)
class Held:
    """A job has been claimed at least this often."""

    lease: Lease
    proves: bool = True

    def holds(self, found: Found) -> bool | None:
        job = found.jobs.get(self.lease.job_id)
        if job is None:
            return None if found.may_be_gone(self.lease.job_id) else False
        return job.attempt >= self.lease.attempt


@dataclass(frozen=True)
class Ended:
    """An attempt ended like this."""

    outcome: Outcome
    #: Without an answer the attempt may rightfully have ended otherwise: its lease may have been lost.
    certain: bool = True
    proves: bool = True

    def holds(self, found: Found) -> bool | None:
        lease = self.outcome.lease
        job = found.jobs.get(lease.job_id)
        if job is None:
            return None if not self.certain or found.may_be_gone(lease.job_id) else False
        for attempt in job.attempts or ():
            if attempt.number == lease.attempt and attempt.ending is not None:
                # The store makes a failure of an error that comes when no retry is left.
                same_ending = attempt.ending is self.outcome.ending or (
                    (self.outcome.ending, attempt.ending) == (Ending.RETRIED, Ending.FAILED)
                )
                same = same_ending and attempt.error == self.outcome.error
                return True if same else (False if self.certain else None)
        return False


@dataclass(frozen=True)
class Cancelled:
    """A job is cancelled, for ever: nobody retries one here."""

    job_id: str
    proves: bool = True

    def holds(self, found: Found) -> bool | None:
        job = found.jobs.get(self.job_id)
        if job is None:
            return None if found.may_be_gone(self.job_id) else False
        return job.state is State.CANCELLED


@dataclass(frozen=True)
class Gone:
    """A job was deleted. It would also be missing if its submit had been lost, so this proves nothing."""

    job_id: str
    proves: bool = False

    def holds(self, found: Found) -> bool | None:
        return self.job_id not in found.jobs


@dataclass(eq=False)
class Call:
    """One call of one store object, which is one commit: its facts are true together or not at all.

    `invoked` and `answered` are ticks of one clock that never stands still. A store object commits calls in the order
    in which they were invoked.
    """

    by: int
    invoked: int
    facts: list[Fact]
    answered: int | None = None
    #: The file was seen to hold it when everything was safe: it must never be lost again, at any level.
    settled: bool = False
    #: The same call was sent before, so that its facts say nothing of when it was committed.
    repeated: bool = False

    def before(self, other: Call) -> bool:
        """Whether this one was certainly committed before the other."""
        if self.by == other.by:
            return self.invoked < other.invoked
        return self.answered is not None and self.answered < other.invoked


@dataclass
class Records:
    """All calls whose commits may be in the file, and what is needed to judge them."""

    calls: list[Call] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    #: When each job may have ended, at the earliest; what ended before `pruned` may have been pruned.
    ends: dict[str, float] = field(default_factory=dict)
    pruned: float = 0.0
    #: Jobs that must not run again, and the last attempt that was granted of each job.
    completed: set[str] = field(default_factory=set)
    attempts: dict[str, int] = field(default_factory=dict)
    _tick: int = 0

    def tick(self) -> int:
        self._tick += 1
        return self._tick

    def invoke(self, by: int, facts: Sequence[Fact] = (), repeated: bool = False) -> Call:
        """Note a call before it is made, with what will be true if it is committed without an answer."""
        call = Call(by, self.tick(), list(facts), repeated=repeated)
        self.calls.append(call)
        return call

    def answer(self, call: Call, facts: Sequence[Fact]) -> None:
        """Note its answer, with what must be true from now on."""
        call.answered = self.tick()
        call.facts = list(facts)

    def claim(self, claimed: Claimed, repeated: bool) -> None:
        """Check that a job may run, and note that it does; the same turn again may grant the same attempt again."""
        assert claimed.id not in self.completed, f"{claimed.id} was completed and runs again"
        last = self.attempts.get(claimed.id, 0) - repeated
        assert claimed.attempt > last, f"attempt {claimed.attempt} of {claimed.id} was granted twice"
        self.attempts[claimed.id] = claimed.attempt

    def may_end(self, job_id: str, now: float) -> None:
        """Note that a job is about to end, or that its end is sent again."""
        self.ends.setdefault(job_id, now)

    def may_be_gone(self, job_id: str) -> bool:
        return job_id in self.deleted or self.ends.get(job_id, float("inf")) <= self.pruned


def facts_of_submit(jobs: Sequence[NewJob]) -> list[Fact]:
    """Return what is true of the file if this submit was committed, though nobody was told."""
    return [Stored(job.id, certain=job.key is None) for job in jobs]


def facts_of_outcomes(outcomes: Sequence[Outcome]) -> list[Fact]:
    """Return what is true of the file if these outcomes were committed, though nobody was told."""
    return [Ended(outcome, certain=False) for outcome in outcomes]

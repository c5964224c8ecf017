"""The queue in plain Python: what every store must do, and nothing of how. This is the specification.

It has a method for each call of the store contract (`ferryman.store.protocol`); a call is one step, at one time, `now`.
Which moves a job may make is not said here but in `ferryman.domain.state`, and `jobs.py` makes no other. Where a store
has a choice, `freedom.py` says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

from ferryman.domain.job import Attempt, Job, NewJob
from ferryman.domain.lease import Claimed, Lease, LeaseState
from ferryman.domain.outcome import Ending, Outcome, error_text
from ferryman.domain.retention import Retention
from ferryman.domain.state import Operation, State, sources
from ferryman.store.messages import (
    Changed,
    Command,
    FeedEntry,
    FeedKind,
    Pulse,
    Report,
    Submitted,
    Turn,
    TurnReply,
    Upkeep,
    WorkerInfo,
)
from tests.model import feeds
from tests.model.freedom import Answer, Freedom
from tests.model.jobs import Jobs

#: Seconds for which the answer to a turn is kept for sure, and a silent worker is remembered.
KEPT = 3_600.0
#: A turn recovers and promotes at least this many, so that no herd holds it up.
A_HERD = 100


@dataclass
class Worker:
    """A worker as it announced itself, for how long that holds, and the command left for it."""

    info: WorkerInfo
    seen_at: float
    lease: float
    command: Command | None = None


@dataclass
class Queue:
    """All that the queue knows."""

    retention: Retention
    now: float
    freedom: Freedom = field(default_factory=Freedom)
    jobs: Jobs = field(default_factory=Jobs)
    feeds: dict[str, list[FeedEntry]] = field(default_factory=dict)
    #: The queues that have or had jobs; and of those that are paused, since when and by whom.
    queues: set[str] = field(default_factory=set)
    paused: dict[str, tuple[float, str]] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)
    #: By worker, track and request; and by worker and track the request whose answer must be remembered.
    answers: dict[tuple[tuple[str, int], int], Answer] = field(default_factory=dict)
    last_request: dict[tuple[str, int], int | None] = field(default_factory=dict)

    # -- submit

    def submit(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        """Store what is not known yet. A job is known by its id, else by its request, else by its task and key."""
        return [self._submit(new) for new in jobs]

    def _submit(self, new: NewJob) -> Submitted:
        known = self.jobs.by_id.get(new.id)
        if known:
            return Submitted(known.id, False, replayed=new.request is not None and new.request == known.request)
        asked = self.jobs.of_request(new.request)
        if any(job.fingerprint != new.fingerprint for job in asked):
            return Submitted(asked[0].id, False, conflict=True)
        for job in asked:
            if job.request == new.request:
                return Submitted(job.id, False, replayed=True)
        holder = self.jobs.holder(new.task, new.key)
        if holder:
            return Submitted(holder.id, False)
        self.jobs.store(new, self.now)
        self.queues.add(new.queue)
        return Submitted(new.id, True)

    # -- turn

    def turn(self, turn: Turn) -> TurnReply:
        """Finish, recover, promote, claim. The same turn again gives the same answer, less what was lost meanwhile."""
        answer = self._remembered(turn)
        if answer is None:
            accepted = [self._finish(outcome) for outcome in turn.outcomes]
            self._recover(A_HERD)
            self._promote(A_HERD)
            first = self.freedom.take(Operation.CLAIM, self._claimable(turn), self.jobs.rank, turn.want)
            answer = Answer(accepted, [self._claim(job, turn) for job in first], self.now)
            asker = turn.worker, turn.track
            self.answers[asker, turn.request] = answer
            # What says nothing need not be remembered, but may take the place of what does.
            self.last_request[asker] = turn.request if accepted or first else None
        claimed = [one for one in answer.claimed if self.jobs.held(one.lease)]
        return TurnReply(answer.accepted, claimed, self.due_in())

    def _remembered(self, turn: Turn) -> Answer | None:
        """Return the answer to this very turn: to the last one of its track for sure, to one before it by chance."""
        asker = turn.worker, turn.track
        answer = self.answers.get((asker, turn.request))
        if answer is None or self.last_request.get(asker) == turn.request:
            return answer
        self.last_request[asker] = None
        return answer if self.freedom.repeats(answer) else None

    def _finish(self, outcome: Outcome) -> bool:
        """End the attempt that runs under the outcome's lease; without one nothing changes."""
        job, ending = self.jobs.held(outcome.lease), outcome.ending
        if job is None:
            return False
        if ending is Ending.RETRIED and job.retries >= job.max_retries:
            ending = Ending.FAILED
        end = partial(self._end, job, Operation.FINISH, ending, outcome.error)
        if ending in (Ending.RETRIED, Ending.SNOOZED):
            retries = job.retries + (ending is Ending.RETRIED)
            end(State.SCHEDULED, run_at=self.now + outcome.delay, retries=retries)
        elif ending is Ending.RELEASED:
            end(State.PENDING)
        else:
            end(State(ending.value), result=outcome.result)
        return True

    def _end(
        self, job: Job, operation: Operation, ending: Ending, error: str | None, target: State, **fields: Any
    ) -> None:
        """End the attempt that runs, and with it the lease. A job that goes back to the line keeps its place."""
        assert job.worker is not None
        assert job.started_at is not None
        attempts = (*(job.attempts or ()), Attempt(job.attempt, job.worker, job.started_at, self.now, ending, error))
        del self.jobs.nonces[job.id]
        self.jobs.move(job, operation, target, self.now, lease_until=None, error=error, attempts=attempts, **fields)

    def _recover(self, most: int) -> int:
        """Take jobs back whose lease ran out; the last of the deaths that it may cost fails a job."""
        late = [job for job in self.jobs.by_id.values() if job.lease_until is not None and job.lease_until <= self.now]
        taken = self.freedom.take(Operation.RECOVER, late, lambda job: job.lease_until, most)
        for job in taken:
            crashes = job.crashes + 1
            times = f"{crashes} time" if crashes == 1 else f"{crashes} times"
            error = error_text("WorkerDied", f"the worker died {times}: {job.worker} did not renew its lease")
            target = State.PENDING if crashes < job.max_crashes else State.FAILED
            self._end(job, Operation.RECOVER, Ending.CRASHED, error, target, crashes=crashes)
        return len(taken)

    def _promote(self, most: int) -> int:
        """Send what is due to the end of the line, the longest due first."""
        due = [job for job in self.jobs.by_id.values() if job.state is State.SCHEDULED and due_at(job) <= self.now]
        taken = self.freedom.take(Operation.PROMOTE, due, due_at, most)
        for _, together in groupby(sorted(taken, key=due_at), due_at):
            self._to_line(Operation.PROMOTE, *together)
        return len(taken)

    def _to_line(self, operation: Operation, *jobs: Job, **fields: Any) -> None:
        """Send jobs to the end of the line, together."""
        for job in jobs:
            self.jobs.move(job, operation, State.PENDING, self.now, **fields)
        self.jobs.line_up(*(job.id for job in jobs))

    def _claimable(self, turn: Turn) -> list[Job]:
        """Return what a worker may claim."""
        line = [job for job in self.jobs.by_id.values() if job.state is State.PENDING and job.task in turn.tasks]
        return [job for job in line if job.queue not in self.paused and (not turn.queues or job.queue in turn.queues)]

    def _claim(self, job: Job, turn: Turn) -> Claimed:
        """Begin an attempt, under a lease."""
        attempt, held = job.attempt + 1, {"worker": turn.worker, "lease_until": self.now + turn.lease}
        self.jobs.move(job, Operation.CLAIM, State.PROCESSING, self.now, attempt=attempt, started_at=self.now, **held)
        self.jobs.nonces[job.id] = turn.request
        budget = (job.retries, job.max_retries, job.crashes, job.timeout)
        return Claimed(job.id, attempt, turn.request, job.task, job.queue, job.args or "{}", *budget)

    def due_in(self) -> float | None:
        """Return the seconds until the next job is due or the next lease runs out."""
        jobs = self.jobs.by_id.values()
        moments = [due_at(job) for job in jobs if job.state is State.SCHEDULED]
        moments += [job.lease_until for job in jobs if job.lease_until is not None]
        return max(0.0, min(moments) - self.now) if moments else None

    # -- what a worker says meanwhile

    def extend(self, worker: WorkerInfo, leases: Sequence[Lease], lease: float) -> Pulse:
        """Extend what is held, never what was lost; announce the worker, and tell it the command left for it."""
        states = [self._extend(one, self.now + lease) for one in leases]
        known = self.workers.get(worker.id)
        command = known.command if known else None
        self.workers[worker.id] = Worker(worker, self.now, lease, command)
        return Pulse(states, command)

    def _extend(self, lease: Lease, until: float) -> LeaseState:
        if self.jobs.held(lease):
            self.jobs.change(lease.job_id, lease_until=until)
            return LeaseState.HELD
        job = self.jobs.by_id.get(lease.job_id)
        cancelled = job is not None and job.state is State.CANCELLED and job.attempt == lease.attempt
        return LeaseState.CANCELLED if cancelled else LeaseState.LOST

    def append(self, reports: Sequence[Report]) -> list[bool]:
        """Add to the output of jobs whose lease is held."""
        return [self._append(report) for report in reports]

    def _append(self, report: Report) -> bool:
        job = self.jobs.held(report.lease)
        if job is None:
            return False
        entry = FeedEntry(job.entries + 1, job.attempt, self.now, report.kind, report.data)
        feeds.add(self.feeds.setdefault(job.id, []), entry)
        progress = report.data if report.kind is FeedKind.PROGRESS else job.progress
        self.jobs.change(job.id, entries=entry.id, progress=progress)
        return True

    def retire(self, worker: str) -> None:
        """Forget a worker and what it was answered; its leases stay until they run out."""
        self.workers.pop(worker, None)
        self.answers = {asked: answer for asked, answer in self.answers.items() if asked[0][0] != worker}

    # -- what people do

    def act(self, operation: Operation, ids: Sequence[str]) -> list[Changed]:
        """Do an operation to each job in turn whose state allows it."""
        return [self._act(operation, identifier) for identifier in ids]

    def _act(self, operation: Operation, identifier: str) -> Changed:
        job = self.jobs.by_id.get(identifier)
        if job is None or job.state not in sources(operation):
            return Changed(identifier, False, job.state if job else None)
        if operation is Operation.CANCEL and job.state is State.PROCESSING:
            error = error_text("Cancelled", "cancelled while it ran")
            self._end(job, operation, Ending.CANCELLED, error, State.CANCELLED)
        elif operation is Operation.CANCEL:
            self.jobs.move(job, operation, State.CANCELLED, self.now)
        elif operation is Operation.RETRY:
            self._to_line(operation, job, retries=0, crashes=0, run_at=None, result=None)
        elif operation is Operation.RUN_NOW:
            self._to_line(operation, job, run_at=self.now)
        else:
            self._forget(job, operation)
        after = self.jobs.by_id.get(identifier)
        return Changed(identifier, True, after.state if after else None)

    def _forget(self, job: Job, operation: Operation) -> None:
        self.jobs.forget(job, operation)
        self.feeds.pop(job.id, None)

    def pause(self, queue: str, paused: bool, by: str = "") -> None:
        """Pause a queue, which keeps since when and by whom it is paused already, or let it go on."""
        if paused:
            self.paused.setdefault(queue, (self.now, by))
        else:
            self.paused.pop(queue, None)

    def command(self, worker: str, command: Command | None) -> bool:
        """Leave a command for a worker that is known."""
        if worker in self.workers:
            self.workers[worker].command = command
        return worker in self.workers

    # -- upkeep

    def upkeep(self, limit: int) -> Upkeep:
        """Promote, recover and prune at most `limit` each; forget what workers said over an hour ago."""
        done = self._promote(limit), self._recover(limit), self._prune(limit)
        self.workers = {name: one for name, one in self.workers.items() if one.seen_at >= self.now - KEPT}
        for (asker, request), answer in self.answers.items():
            if answer.at < self.now - KEPT and self.last_request[asker] == request:
                self.last_request[asker] = None
        return Upkeep(*done, more=max(done) >= limit, due_in=self.due_in())

    def _prune(self, most: int) -> int:
        """Delete what ended longer ago than it is kept."""
        old = [job for job in self.jobs.by_id.values() if job.final and self.kept_until(job) <= self.now]
        taken = self.freedom.take(Operation.PRUNE, old, self.kept_until, most)
        for job in taken:
            self._forget(job, Operation.PRUNE)
        return len(taken)

    def kept_until(self, job: Job) -> float:
        """Return until when a job that ended is kept."""
        assert job.finished_at is not None
        return job.finished_at + self.retention.of(job.state)


def due_at(job: Job) -> float:
    """Return when a scheduled job is due."""
    assert job.run_at is not None
    return job.run_at

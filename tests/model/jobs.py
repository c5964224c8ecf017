"""The jobs of the model, and the only ways in which they change: along the edges of `ferryman.domain.state`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from ferryman.domain.job import Job, NewJob
from ferryman.domain.lease import Lease
from ferryman.domain.state import FINAL, TRANSITIONS, Edge, Operation, State
from ferryman.store.failures import Cause


@dataclass
class Jobs:
    """Every job there is, and where it stands."""

    #: In the order of submission.
    by_id: dict[str, Job] = field(default_factory=dict)
    #: By job id: the place in line, the same for those that came at once.
    places: dict[str, int] = field(default_factory=dict)
    #: By job id: the secret half of the lease under which it runs.
    nonces: dict[str, int] = field(default_factory=dict)
    last_place: int = 0
    #: How often what happened, by queue, task and what it is, as in `look.py`.
    happened: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def store(self, new: NewJob, now: float) -> None:
        """Store a new job: it waits until it is due, else in line."""
        due = now + new.delay if new.delay else new.run_at
        run_at = due if due is not None and due > now else None
        state = State.PENDING if run_at is None else State.SCHEDULED
        assert Edge(None, Operation.SUBMIT, state) in TRANSITIONS
        budget = (0, 0, new.max_retries, 0, new.max_crashes)
        self.by_id[new.id] = Job(new.id, new.task, new.queue, state, new.priority, *budget, now, run_at)
        self.change(new.id, timeout=new.timeout, key=new.key, tags=new.tags, args=new.args, attempts=())
        self.change(new.id, request=new.request, fingerprint=new.fingerprint)
        self.line_up(new.id)
        self._count(self.by_id[new.id], "submitted")

    def move(self, job: Job, operation: Operation, target: State, now: float, **fields: Any) -> None:
        """Move a job to another state, if there is such an edge, and change some of its fields."""
        assert Edge(job.state, operation, target) in TRANSITIONS, f"no {operation} from {job.state} to {target}"
        self.change(job.id, state=target, finished_at=now if target in FINAL else None, **fields)
        failed = target is State.FAILED
        self.change(job.id, failure=Cause.of(job.task, self.by_id[job.id].error)[0].id if failed else None)
        if target in FINAL:
            self._count(job, target.value)
        if operation is Operation.CLAIM and not job.attempt:
            self._count(job, "waits")
        if operation is Operation.FINISH:
            self._count(job, "runs")
        if operation is Operation.RECOVER:
            self._count(job, "crashed")
        if operation is Operation.FINISH and self.by_id[job.id].retries > job.retries:
            self._count(job, "retried")

    def _count(self, job: Job, what: str) -> None:
        self.happened[job.queue, job.task, what] += 1

    def forget(self, job: Job, operation: Operation) -> None:
        """Let a job cease to exist; its key and its request are free again."""
        assert Edge(job.state, operation, None) in TRANSITIONS, f"no {operation} of what is {job.state}"
        del self.by_id[job.id], self.places[job.id]

    def change(self, identifier: str, **fields: Any) -> None:
        """Change fields of a job that have no part in where it stands."""
        self.by_id[identifier] = replace(self.by_id[identifier], **fields)

    def line_up(self, *identifiers: str) -> None:
        """Send jobs to the end of the line, all to the same place."""
        self.last_place += 1
        self.places |= dict.fromkeys(identifiers, self.last_place)

    def rank(self, job: Job) -> tuple[int, int]:
        """Return what orders the line: the most urgent first, and of these first in, first out."""
        return -job.priority, self.places[job.id]

    def held(self, lease: Lease) -> Job | None:
        """Return the job that runs under a lease. That the lease ran out matters to nobody but recovery."""
        job = self.by_id.get(lease.job_id)
        return job if job and self.nonces.get(job.id) == lease.nonce and job.attempt == lease.attempt else None

    def holder(self, task: str, key: str | None) -> Job | None:
        """Return the job that has a key of a task: it does until it is deleted or pruned."""
        jobs = self.by_id.values()
        return next((job for job in jobs if key is not None and (job.task, job.key) == (task, key)), None)

    def of_request(self, request: str | None) -> list[Job]:
        """Return the jobs that the same request asked for: the one that is named before the #."""
        name = request and request.partition("#")[0]
        return [job for job in self.by_id.values() if name and job.request and job.request.partition("#")[0] == name]

    def counts(self) -> Counter[tuple[str, str, State]]:
        """Return the number of jobs of each queue, task and state."""
        return Counter((job.queue, job.task, job.state) for job in self.by_id.values())

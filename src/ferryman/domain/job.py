"""One unit of work: as it is submitted (NewJob) and as people see it (Job)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ferryman.domain.ids import with_place
from ferryman.domain.options import DEFAULT_CRASHES, DEFAULT_PRIORITY, DEFAULT_QUEUE, DEFAULT_RETRIES, Options
from ferryman.domain.outcome import Ending
from ferryman.domain.state import FINAL, STATUS, State


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job. Times are seconds since the epoch; `ending` is None while it runs."""

    number: int
    worker: str
    started_at: float
    finished_at: float | None = None
    ending: Ending | None = None
    error: str | None = None


class Past(NamedTuple):
    """What happened to a job before it came to this store: its counters, when it was submitted, its attempts."""

    submitted_at: float
    attempts: tuple[Attempt, ...] = ()
    retries: int = 0
    crashes: int = 0

    @property
    def attempt(self) -> int:
        """The number of the last attempt, 0 for none."""
        return self.attempts[-1].number if self.attempts else 0


class NewJob(NamedTuple):
    """A job to be stored. A plain tuple: bulk submits make hundreds of thousands.

    `args` is a JSON object as text. `delay` (seconds from the store's now) and `run_at` (seconds since the
    epoch) exclude each other. `request` names the HTTP request that asked for it (`Idempotency-Key`), with `#n`
    behind it for the n-th job of a batch, and `fingerprint` is a digest of what the request asked, so that a repeated
    request can be told from another one. `replicas` of the store must have the job before the submit is acknowledged;
    None leaves that to the store's settings. A job that comes from another store has a `past`.
    """

    id: str
    task: str
    args: str = "{}"
    queue: str = DEFAULT_QUEUE
    priority: int = DEFAULT_PRIORITY
    delay: float | None = None
    run_at: float | None = None
    timeout: float | None = None
    max_retries: int = DEFAULT_RETRIES
    max_crashes: int = DEFAULT_CRASHES
    key: str | None = None
    tags: tuple[str, ...] = ()
    request: str | None = None
    fingerprint: str | None = None
    replicas: int | None = None
    past: Past | None = None

    @classmethod
    def build(cls, job_id: str, task: str, args: str, options: Options) -> NewJob:
        """Make a job from validated options; what they leave open gets the general default."""
        return cls(
            job_id,
            task,
            args,
            options.queue or DEFAULT_QUEUE,
            DEFAULT_PRIORITY if options.priority is None else options.priority,
            options.delay,  # type: ignore[arg-type]  # Options holds seconds once it is validated
            options.run_at,  # type: ignore[arg-type]
            options.timeout,  # type: ignore[arg-type]
            DEFAULT_RETRIES if options.retries is None else options.retries,
            DEFAULT_CRASHES if options.crashes is None else options.crashes,
            options.key,
            options.tags or (),
            replicas=options.replicas,
        )

    @classmethod
    def carried(cls, job: Job) -> NewJob:
        """Describe a waiting job of one store for another; it must have been read with all its parts."""
        return cls(
            job.id,
            job.task,
            job.args or "{}",
            job.queue,
            job.priority,
            run_at=job.run_at if job.state is State.SCHEDULED else None,
            timeout=job.timeout,
            max_retries=job.max_retries,
            max_crashes=job.max_crashes,
            key=job.key,
            tags=job.tags,
            request=job.request,
            fingerprint=job.fingerprint,
            past=Past(job.submitted_at, job.attempts or (), job.retries, job.crashes),
        )

    def placed(self) -> NewJob:
        """Return the job with an id that says where its key, or else its request, is decided; see `ids.with_place`."""
        if self.key is not None:
            return self._replace(id=with_place(self.id, f"{self.task}\n{self.key}"))
        if self.request is not None:
            return self._replace(id=with_place(self.id, self.request.partition("#")[0]))
        return self


@dataclass(frozen=True, slots=True)
class Job:
    """A stored job as people see it. Times are seconds since the epoch.

    `args`, `result` and `error` are JSON text and `progress` too; `args`, `result` and `attempts` are None
    unless they were asked for, and so are `request` and `fingerprint` (see `NewJob`). `attempt` counts every run;
    `retries` those repeated after an error; `crashes` those that ended by a dead worker. `entries` is the number of the
    last entry of its feed, 0 for none. `failure` is the id of the group of failures that a failed job is in.
    """

    id: str
    task: str
    queue: str
    state: State
    priority: int
    attempt: int
    retries: int
    max_retries: int
    crashes: int
    max_crashes: int
    submitted_at: float
    run_at: float | None = None
    started_at: float | None = None
    finished_at: float | None = None
    timeout: float | None = None
    key: str | None = None
    tags: tuple[str, ...] = ()
    worker: str | None = None
    lease_until: float | None = None
    error: str | None = None
    progress: str | None = None
    entries: int = 0
    failure: str | None = None
    args: str | None = None
    result: str | None = None
    attempts: tuple[Attempt, ...] | None = None
    request: str | None = None
    fingerprint: str | None = None

    @property
    def status(self) -> str:
        """One of the four words of the seed contract: pending, processing, completed, failed."""
        return STATUS[self.state]

    @property
    def final(self) -> bool:
        """Whether the job has ended."""
        return self.state in FINAL

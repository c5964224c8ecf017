"""What requests and answers look like, for the OpenAPI document; the rules themselves stand in the domain."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ferryman.api.history_schemas import QuantilesBody, RatesBody, StatisticsBody
from ferryman.store.why import Reason

_SUBMIT_EXAMPLE: dict[str, JsonValue] = {"task": "send_email"}


class JobOptions(BaseModel):
    """How a job is to be treated; whatever is left out takes the task's own default."""

    model_config = ConfigDict(extra="forbid")

    queue: str | None = Field(None, description="The line it waits in.")
    priority: int | None = Field(None, ge=0, le=9, description="9 is the most urgent; first in, first out within one.")
    delay: float | str | None = Field(None, description='Not before: seconds, or "10m", "1h30m".')
    run_at: str | None = Field(None, description="Not before: RFC 3339 with a time zone. Excludes delay.")
    timeout: float | str | None = Field(None, description="The longest that one attempt may run.")
    retries: int | None = Field(None, ge=0, le=1000, description="How often it is run again after an error.")
    crashes: int | None = Field(None, ge=0, le=1000, description="How many deaths of its worker fail it.")
    key: str | None = Field(
        None, max_length=256, description="The same key again gives the first job of the task back."
    )
    tags: list[str] | None = Field(None, max_length=16, description="Labels to find it by.")
    replicas: int | None = Field(None, ge=0, le=10, description="How many replicas of a Redis must have it first.")


class SubmitJob(JobOptions):
    """A job: its task, its arguments, and options beside them."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SUBMIT_EXAMPLE]})

    task: str
    args: dict[str, Any] | None = Field(None, description="The task's arguments.")


class JobSubmitted(BaseModel):
    """The id of the job."""

    job_id: str


class JobStatus(BaseModel):
    """Where a job stands, in four words."""

    job_id: str
    task: str
    status: str = Field(description="pending, processing, completed or failed")
    retries: int = Field(description="How often it was run again after an error.")


class NewJobBody(BaseModel):
    """A job: its task, its arguments, its options."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_SUBMIT_EXAMPLE]})

    task: str
    args: dict[str, Any] | None = None
    options: JobOptions | None = None


class BatchBody(BaseModel):
    """Up to 1,000 jobs."""

    model_config = ConfigDict(extra="forbid")

    jobs: list[NewJobBody] = Field(max_length=1000)
    atomic: bool = Field(False, description="Store all of them or none.")


class ProblemBody(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[dict[str, str]] | None = None


class CreatedBody(BaseModel):
    """The job that was stored, or the one that was there already (`created` is false)."""

    id: str
    created: bool


class BatchItem(BaseModel):
    """What became of one job of a batch: its id, or the problem."""

    id: str | None = None
    created: bool | None = None
    problem: ProblemBody | None = None


class BatchAnswer(BaseModel):
    """What became of each job, in order."""

    jobs: list[BatchItem]


class AttemptBody(BaseModel):
    """One run of a job that has ended."""

    number: int
    worker: str
    started_at: str
    finished_at: str
    ending: str
    error: dict[str, Any] | None


class JobBody(BaseModel):
    """A job; times are RFC 3339 in UTC, durations in seconds."""

    id: str
    task: str
    queue: str
    state: str
    status: str
    priority: int
    attempt: int
    retries: int
    max_retries: int
    crashes: int
    max_crashes: int
    timeout: float | None
    key: str | None
    tags: list[str]
    worker: str | None
    submitted_at: str
    run_at: str | None
    started_at: str | None
    finished_at: str | None
    lease_until: str | None
    progress: dict[str, Any] | None
    error: dict[str, Any] | None
    failure: str | None = Field(description="The group of failures that it is in.")
    args: dict[str, Any] | None = None
    result: Any = None
    attempts: list[AttemptBody] | None = None
    events: list[dict[str, Any]] | None = None


class WhyBody(BaseModel):
    """Why a job is where it is: a reason for programs, a sentence, and what would free it."""

    id: str
    state: str
    reason: Reason
    detail: str
    since: str | None
    until: str | None
    fix: str
    facts: dict[str, Any]


class ScanBody(BaseModel):
    """How a page was found that no index has: by looking at so many jobs; not `complete` when it ended at a bound."""

    examined: int
    complete: bool


class JobPage(BaseModel):
    """A page of jobs; `cursor` leads to the next one and is null at the end. `scan` is null where an index has them."""

    jobs: list[JobBody]
    cursor: str | None
    scan: ScanBody | None


class CountBody(BaseModel):
    """How many jobs there are, or at least when it is not `exact`."""

    jobs: int
    exact: bool


class ResultBody(BaseModel):
    """The end of a job, or where it stands when it has none."""

    id: str
    state: str
    task: str
    result: Any = None
    error: dict[str, Any] | None = None
    finished_at: str | None = None


class QueueBody(BaseModel):
    """A queue and its jobs by state; `wait` and `failure_rate` are of the last 15 minutes."""

    name: str
    paused: bool
    paused_at: str | None
    paused_by: str | None
    jobs: dict[str, int]
    oldest_pending_at: str | None
    rates: RatesBody
    wait: QuantilesBody | None
    failure_rate: float | None = Field(description="From 0 to 1, of jobs that completed or failed.")
    workers: int = Field(description="Live workers that serve it, quiet ones left out.")
    drain_seconds: float | None = Field(description="Until nothing is pending, if all goes on like this.")


class QueueList(BaseModel):
    """Every queue."""

    queues: list[QueueBody]


class WorkerBody(BaseModel):
    """A worker as it announced itself last."""

    id: str
    alive: bool
    host: str
    pid: int
    version: str
    queues: list[str]
    tasks: list[str]
    slots: int
    busy: int
    quiet: bool
    command: str | None
    memory: int | None
    loop_lag: float | None
    started_at: str
    seen_at: str


class WorkerList(BaseModel):
    """Every worker of the last hour."""

    workers: list[WorkerBody]


class TaskBody(BaseModel):
    """A task: its signature, the JSON schema of its arguments, its defaults, its jobs by state, and how it fared."""

    name: str
    signature: str
    doc: str
    schema_: dict[str, Any] = Field(alias="schema")
    defaults: dict[str, Any]
    jobs: dict[str, int]
    statistics: StatisticsBody


class TaskList(BaseModel):
    """Every task."""

    tasks: list[TaskBody]


class StatsBody(BaseModel):
    """Counts, kept by the store inside each transition."""

    jobs: dict[str, int]
    queues: dict[str, dict[str, int]]
    tasks: dict[str, dict[str, int]]
    workers: dict[str, int]
    unserved: list[dict[str, Any]]
    rates: RatesBody
    oldest_pending_at: str | None


class HealthBody(BaseModel):
    """Whether the server can do its work, and how safe an acknowledged job is."""

    status: str
    store: str | None = None
    durability: str | None = None

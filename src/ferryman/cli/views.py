"""How jobs, queues and workers look: as objects for programs and as words for people."""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

from ferryman.cli.output import Column, Listing, View
from ferryman.domain.clock import rfc3339
from ferryman.domain.durations import spell
from ferryman.domain.job import Attempt, Job
from ferryman.domain.state import State
from ferryman.store.messages import QueueRow, WorkerRow
from ferryman.store.overview import QueueFigures, Rates

STATE_STYLES = {
    State.SCHEDULED: "blue",
    State.BLOCKED: "blue",
    State.PENDING: "yellow",
    State.PROCESSING: "cyan",
    State.COMPLETED: "green",
    State.FAILED: "red",
    State.CANCELLED: "dim",
}


def job_view(job: Job) -> View:
    """Return a job as an object, as the HTTP API shows it; parts that were not asked for are left out."""
    view: View = {
        "id": job.id,
        "task": job.task,
        "queue": job.queue,
        "state": job.state.value,
        "status": job.status,
        "priority": job.priority,
        "attempt": job.attempt,
        "retries": job.retries,
        "max_retries": job.max_retries,
        "crashes": job.crashes,
        "max_crashes": job.max_crashes,
        "timeout": job.timeout,
        "key": job.key,
        "tags": list(job.tags),
        "worker": job.worker,
        "submitted_at": moment(job.submitted_at),
        "run_at": moment(job.run_at),
        "started_at": moment(job.started_at),
        "finished_at": moment(job.finished_at),
        "lease_until": moment(job.lease_until),
        "progress": parsed(job.progress),
        "error": parsed(job.error),
        "failure": job.failure,
    }
    if job.args is not None:
        view["args"] = parsed(job.args)
    if job.result is not None:
        view["result"] = parsed(job.result)
    if job.attempts is not None:
        view["attempts"] = [_attempt_view(attempt) for attempt in job.attempts]
    return view


def _attempt_view(attempt: Attempt) -> View:
    return {
        "number": attempt.number,
        "worker": attempt.worker,
        "started_at": moment(attempt.started_at),
        "finished_at": moment(attempt.finished_at),
        "ending": attempt.ending.value if attempt.ending else None,
        "error": parsed(attempt.error),
    }


class ShownQueue(NamedTuple):
    """A queue, and how it fares."""

    row: QueueRow
    figures: QueueFigures


def queue_view(queue: ShownQueue) -> View:
    """Return a queue as an object, as the HTTP API shows it."""
    row, figures = queue
    return {
        "name": row.name,
        "paused": row.paused,
        "paused_at": moment(row.paused_at),
        "paused_by": row.paused_by,
        "jobs": {state.value: jobs for state, jobs in row.counts.items() if jobs},
        "oldest_pending_at": moment(row.oldest_pending_at),
        "rates": rates_view(figures.rates),
        "wait": figures.wait and figures.wait._asdict(),
        "failure_rate": figures.failure_rate,
        "workers": figures.workers,
        "drain_seconds": figures.drain_seconds,
    }


def rates_view(rates: Rates) -> View:
    """Return rates as an object, in jobs per second."""
    return {"in": rates.submitted, "out": rates.ended, "failed": rates.failed}


def rate(value: float) -> str:
    """Return jobs per second in a few characters, nothing for none."""
    return f"{value:,.3g}" if 0 < value < 1_000 else f"{value:,.0f}" if value else ""


def worker_view(row: WorkerRow) -> View:
    """Return a worker as an object."""
    info = row.info
    return {
        "id": info.id,
        "host": info.host,
        "pid": info.pid,
        "version": info.version,
        "queues": list(info.queues),
        "tasks": list(info.tasks),
        "slots": info.slots,
        "busy": info.busy,
        "started_at": moment(info.started_at),
        "seen_at": moment(row.seen_at),
        "alive": row.alive,
        "quiet": info.quiet,
        "command": row.command.value if row.command else None,
        "memory": info.memory,
        "loop_lag": info.loop_lag,
    }


def moment(value: float | None) -> str | None:
    """Return seconds since the epoch as RFC 3339."""
    return None if value is None else rfc3339(value)


def parsed(text: str | None) -> Any:
    """Return what JSON text holds."""
    return None if text is None else json.loads(text)


def ago(value: float | None) -> str:
    """Return how long ago, or in how long, in a few characters."""
    if value is None:
        return ""
    distance = time.time() - value
    return f"{_short(distance)} ago" if distance >= 0 else f"in {_short(-distance)}"


def _short(seconds: float) -> str:
    return f"{seconds:.0f}s" if 1 <= seconds < 60 else spell(seconds)


def _when(job: Job) -> str:
    if job.state is State.SCHEDULED:
        return ago(job.run_at)
    return ago(job.finished_at or job.started_at or job.submitted_at)


def error_line(job: Job) -> str:
    """Return a job's last error in one line."""
    error = parsed(job.error) or {}
    return f"{error.get('type', '')}: {error.get('message', '')}".strip(": ").split("\n")[0]


def worker_state(row: WorkerRow) -> str:
    """Return how a worker is, in a word."""
    if not row.alive:
        return "gone"
    return "quiet" if row.info.quiet else row.command.value if row.command else "alive"


JOBS: Listing[Job] = Listing(
    job_view,
    lambda job: job.id,
    [
        Column("id", lambda job: job.id, whole=True),
        Column("task", lambda job: job.task),
        Column("queue", lambda job: job.queue, lambda job: "dim"),
        Column("state", lambda job: job.state.value, lambda job: STATE_STYLES[job.state], whole=True),
        Column("retries", lambda job: str(job.retries) if job.retries else "", right=True),
        Column("when", _when, lambda job: "dim"),
        Column("error", error_line, lambda job: "red"),
    ],
    "No jobs.",
)

QUEUES: Listing[ShownQueue] = Listing(
    queue_view,
    lambda queue: queue.row.name,
    [
        Column("queue", lambda queue: queue.row.name, whole=True),
        Column("", lambda queue: "paused" if queue.row.paused else "", lambda queue: "yellow"),
        *(
            Column(
                state.value,
                lambda queue, state=state: str(queue.row.counts.get(state, 0) or ""),  # type: ignore[misc]
                lambda row, style=STATE_STYLES[state]: style,  # type: ignore[misc]
                right=True,
            )
            for state in State
            if state is not State.BLOCKED
        ),
        Column("oldest waits", lambda queue: ago(queue.row.oldest_pending_at).removesuffix(" ago"), right=True),
        Column("in/s", lambda queue: rate(queue.figures.rates.submitted), right=True),
        Column("out/s", lambda queue: rate(queue.figures.rates.ended), right=True),
        Column("p95 wait", lambda queue: spell(queue.figures.wait.p95) if queue.figures.wait else "", right=True),
    ],
    "No queues yet.",
)

WORKERS: Listing[WorkerRow] = Listing(
    worker_view,
    lambda row: row.info.id,
    [
        Column("worker", lambda row: row.info.id, whole=True),
        Column("state", worker_state, lambda row: "green" if worker_state(row) == "alive" else "yellow", whole=True),
        Column("busy", lambda row: f"{row.info.busy}/{row.info.slots}", right=True),
        Column("queues", lambda row: " ".join(row.info.queues) or "every"),
        Column("tasks", lambda row: str(len(row.info.tasks)), right=True),
        Column("seen", lambda row: ago(row.seen_at), lambda row: "dim"),
        Column("version", lambda row: row.info.version, lambda row: "dim"),
    ],
    "No workers. Start one: ferryman worker",
)

"""Values as JSON. Arguments, results and errors are JSON text already and are passed through as they are."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from ferryman.domain.clock import rfc3339
from ferryman.domain.histogram import Quantiles
from ferryman.domain.job import Attempt, Job
from ferryman.store.failures import FailureGroup
from ferryman.store.messages import FeedEntry, QueueRow, WorkerRow
from ferryman.store.overview import QueueFigures, Rates, TaskStatistics
from ferryman.store.query import Include
from ferryman.store.why import Why

#: How long a client that is told to stop sending may take to do so, in seconds.
LINGER = 2.0


class Raw(str):
    """JSON text that stands in an answer as it is."""

    __slots__ = ()


def to_json(value: Any) -> str:
    """Write a value as JSON, `Raw` text as it is."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(name))}:{to_json(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(to_json, value)) + "]"
    return json.dumps(value)


class JsonResponse(Response):
    """An answer with JSON, `Raw` text in it included."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return to_json(content).encode()


class LastWords(JsonResponse):
    """An answer to a client that still sends what nobody will read.

    Closing a connection on data that has not been read resets it, and a reset takes the answer along. So the answer
    goes out first, and what still comes is thrown away until the client has stopped, or for `LINGER` seconds.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, then wait for the client's end."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while (await receive()).get("more_body"):
                    pass
        await send({"type": "http.response.body", "body": b""})


def time_of(moment: float | None) -> str | None:
    """Write a time as RFC 3339, None as null."""
    return None if moment is None else rfc3339(moment)


def raw(text: str | None) -> Raw | None:
    """Pass JSON text through, None as null."""
    return None if text is None else Raw(text)


def job_body(job: Job, include: frozenset[Include] = frozenset()) -> dict[str, Any]:
    """Return a job's members; args, result and attempts only when they were asked for."""
    body: dict[str, Any] = {
        "id": job.id,
        "task": job.task,
        "queue": job.queue,
        "state": job.state,
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
        "submitted_at": time_of(job.submitted_at),
        "run_at": time_of(job.run_at),
        "started_at": time_of(job.started_at),
        "finished_at": time_of(job.finished_at),
        "lease_until": time_of(job.lease_until),
        "progress": raw(job.progress),
        "error": raw(job.error),
        "failure": job.failure,
    }
    if Include.ARGS in include:
        body["args"] = raw(job.args)
    if Include.RESULT in include:
        body["result"] = raw(job.result)
    if Include.ATTEMPTS in include:
        body["attempts"] = [attempt_body(attempt) for attempt in job.attempts or ()]
    return body


def attempt_body(attempt: Attempt) -> dict[str, Any]:
    """Return an attempt's members."""
    return {
        "number": attempt.number,
        "worker": attempt.worker,
        "started_at": time_of(attempt.started_at),
        "finished_at": time_of(attempt.finished_at),
        "ending": attempt.ending,
        "error": raw(attempt.error),
    }


def why_body(job: Job, why: Why) -> dict[str, Any]:
    """Return the members of the reason why a job is where it is."""
    return {
        "id": job.id,
        "state": job.state,
        "reason": why.reason,
        "detail": why.detail,
        "since": time_of(why.since),
        "until": time_of(why.until),
        "fix": why.fix,
        "facts": why.facts,
    }


def event_body(entry: FeedEntry) -> dict[str, Any]:
    """Return the members of an entry of a job's feed."""
    return {
        "id": entry.id,
        "attempt": entry.attempt,
        "at": time_of(entry.at),
        "kind": entry.kind,
        "data": Raw(entry.data),
    }


def queue_body(queue: QueueRow, figures: QueueFigures) -> dict[str, Any]:
    """Return a queue's members."""
    return {
        "name": queue.name,
        "paused": queue.paused,
        "paused_at": time_of(queue.paused_at),
        "paused_by": queue.paused_by,
        "jobs": {state: jobs for state, jobs in queue.counts.items() if jobs},
        "oldest_pending_at": time_of(queue.oldest_pending_at),
        "rates": rates_body(figures.rates),
        "wait": quantiles_body(figures.wait),
        "failure_rate": figures.failure_rate,
        "workers": figures.workers,
        "drain_seconds": figures.drain_seconds,
    }


def rates_body(rates: Rates) -> dict[str, float]:
    """Return the members of rates, in jobs per second."""
    return {"in": rates.submitted, "out": rates.ended, "failed": rates.failed}


def quantiles_body(quantiles: Quantiles | None) -> dict[str, float] | None:
    """Return the members of quantiles, in seconds."""
    return None if quantiles is None else quantiles._asdict()


def statistics_body(statistics: TaskStatistics) -> dict[str, Any]:
    """Return the members of a task's statistics."""
    return {
        "wait": quantiles_body(statistics.wait),
        "run": quantiles_body(statistics.run),
        "failure_rate": statistics.failure_rate,
        "completed": statistics.completed,
        "failed": statistics.failed,
    }


def failure_body(group: FailureGroup) -> dict[str, Any]:
    """Return the members of a group of failures."""
    return {
        "id": group.id,
        "task": group.task,
        "type": group.type,
        "frame": group.frame,
        "message": group.message,
        "jobs": group.jobs,
        "first_seen": time_of(group.first_at),
        "last_seen": time_of(group.last_at),
        "hours": list(group.hours),
    }


def worker_body(row: WorkerRow) -> dict[str, Any]:
    """Return a worker's members; `alive` says whether it announced itself within its lease."""
    info = row.info
    return {
        "id": info.id,
        "alive": row.alive,
        "host": info.host,
        "pid": info.pid,
        "version": info.version,
        "queues": list(info.queues),
        "tasks": list(info.tasks),
        "slots": info.slots,
        "busy": info.busy,
        "quiet": info.quiet,
        "command": row.command,
        "memory": info.memory,
        "loop_lag": info.loop_lag,
        "started_at": time_of(info.started_at),
        "seen_at": time_of(row.seen_at),
    }

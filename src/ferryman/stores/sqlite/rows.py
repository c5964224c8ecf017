"""Between rows and values: the only place that knows the order of columns and how a value is stored."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from ferryman.domain.job import Attempt, Job
from ferryman.domain.outcome import Ending
from ferryman.domain.state import State
from ferryman.store.messages import Command, FeedEntry, FeedKind, WorkerInfo, WorkerRow

#: A row of queries/job_rows.sql; its first column is the job's seq.
JobRow = tuple[Any, ...]


def stored_key(task: str, key: str | None) -> str | None:
    """Return how a submitter's key is stored: keys are the task's own, and no task name holds a line feed."""
    return None if key is None else f"{task}\n{key}"


def job_of(row: JobRow) -> Job:
    """Make a job of a row of queries/job_rows.sql."""
    (_, identifier, task, queue, state, priority, attempt, retries, max_retries, crashes, max_crashes) = row[:11]
    (submitted_at, run_at, started_at, finished_at, timeout, key, tags, worker, lease_until, error) = row[11:21]
    progress, entries, failure = row[21:]
    return Job(
        id=identifier,
        task=task,
        queue=queue,
        state=State(state),
        priority=priority,
        attempt=attempt,
        retries=retries,
        max_retries=max_retries,
        crashes=crashes,
        max_crashes=max_crashes,
        submitted_at=submitted_at,
        run_at=run_at,
        started_at=started_at,
        finished_at=finished_at,
        timeout=timeout,
        key=None if key is None else key.partition("\n")[2],
        tags=tuple(json.loads(tags)) if tags else (),
        worker=worker,
        lease_until=lease_until,
        error=error,
        progress=progress,
        entries=entries,
        failure=failure,
    )


def attempt_of(row: tuple[Any, ...]) -> Attempt:
    """Make an attempt of (number, worker, started_at, finished_at, ending, error)."""
    number, worker, started_at, finished_at, ending, error = row
    return Attempt(number, worker, started_at, finished_at, Ending(ending), error)


def feed_entry_of(row: tuple[Any, ...]) -> FeedEntry:
    """Make a feed entry of (number, attempt, at, kind, data)."""
    number, attempt, at, kind, data = row
    return FeedEntry(number, attempt, at, FeedKind(kind), data)


def worker_text(worker: WorkerInfo) -> str:
    """Write what a worker announces as JSON."""
    return json.dumps(asdict(worker))


def worker_of(row: tuple[Any, ...], now: float) -> WorkerRow:
    """Make a worker of (info, seen_at, lease, command)."""
    text, seen_at, lease, command = row
    values = json.loads(text)
    values["queues"] = tuple(values["queues"])
    values["tasks"] = tuple(values["tasks"])
    known = {name: values[name] for name in WorkerInfo.__dataclass_fields__ if name in values}
    return WorkerRow(WorkerInfo(**known), seen_at, seen_at + lease > now, Command(command) if command else None)

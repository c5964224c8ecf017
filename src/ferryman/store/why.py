"""Why a job is where it is: what it waits for, since when, until when, and what would free it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ferryman.domain.clock import day_and_time
from ferryman.domain.errors import JobNotFound
from ferryman.domain.job import Job
from ferryman.domain.outcome import Ending
from ferryman.domain.state import State
from ferryman.store.messages import QueueRow, WorkerRow
from ferryman.store.overview import serves
from ferryman.store.protocol import Inspector
from ferryman.store.query import Counted, Include

#: A lease of which less than this part is left was not renewed in time: workers renew it when a third has passed.
LATE = 0.5
#: The longest quotation of an error's message, in characters.
LONGEST_QUOTE = 200


class Reason(StrEnum):
    """What a job waits for, in a word for programs."""

    DUE_LATER = "due_later"
    WAITS_FOR_RETRY = "waits_for_retry"
    SNOOZED = "snoozed"
    QUEUE_PAUSED = "queue_paused"
    NO_WORKER_FOR_QUEUE = "no_worker_for_queue"
    NO_WORKER_FOR_TASK = "no_worker_for_task"
    WORKERS_QUIET = "workers_quiet"
    WORKERS_BUSY = "workers_busy"
    ABOUT_TO_START = "about_to_start"
    RUNNING = "running"
    LEASE_RUNNING_OUT = "lease_running_out"
    FINAL = "final"


#: What no time alone will end: a person has to do something.
STUCK = frozenset({Reason.QUEUE_PAUSED, Reason.NO_WORKER_FOR_QUEUE, Reason.NO_WORKER_FOR_TASK, Reason.WORKERS_QUIET})

#: A job whose last attempt ended so has ended: if it waits all the same, a person had it run again.
_ENDS = frozenset({Ending.COMPLETED, Ending.FAILED, Ending.CANCELLED})


@dataclass(frozen=True, slots=True)
class Why:
    """The reason in a word, a plain sentence, and what would free the job, empty when nothing has to be done.

    `since` and `until` are seconds since the epoch, None when there is no such time. `facts` are what the sentence was
    made of, as JSON takes it; times in it are RFC 3339.
    """

    reason: Reason
    detail: str
    since: float | None = None
    until: float | None = None
    fix: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


async def why(inspector: Inspector, job_id: str, now: float) -> tuple[Job, Why]:
    """Look at a job and at what it depends on, and explain it; raises `JobNotFound`."""
    [job] = await inspector.get([job_id], frozenset({Include.ATTEMPTS}))
    if job is None:
        raise JobNotFound(job_id)
    if job.final:
        return job, explain(job, QueueRow(job.queue), (), None, now)
    workers = await inspector.workers()
    if job.state is State.PROCESSING:
        return job, explain(job, QueueRow(job.queue), workers, None, now)
    queues = {row.name: row for row in await inspector.queues()}
    ahead = await inspector.ahead(job_id) if job.state is State.PENDING else None
    return job, explain(job, queues.get(job.queue, QueueRow(job.queue)), workers, ahead, now)


def explain(job: Job, queue: QueueRow, workers: Sequence[WorkerRow], ahead: Counted | None, now: float) -> Why:
    """Return why a job, read with its attempts, is where it is."""
    if job.final:
        return _ended(job, now)
    if job.state is State.PROCESSING:
        return _runs(job, workers, now)
    in_line = _in_line(job, queue, workers, ahead, now)
    if job.state is State.SCHEDULED and job.run_at is not None and job.run_at > now:
        return _due_later(job, in_line, now)
    return in_line


def _ended(job: Job, now: float) -> Why:
    verb = {State.COMPLETED: "completed", State.FAILED: "failed"}.get(job.state, "was cancelled")
    at = day_and_time(job.finished_at or job.submitted_at, now)
    error = _error(job.error)
    said = f": {_quoted(error)}" if job.state is State.FAILED else ""
    fix = "" if job.state is State.COMPLETED else f"Run it again: ferryman jobs retry {job.id}"
    facts = {"attempts": job.attempt, "retries": job.retries, "error": error}
    return Why(Reason.FINAL, f"It {verb} at {at}{said}.", job.finished_at, None, fix, facts)


def _runs(job: Job, workers: Sequence[WorkerRow], now: float) -> Why:
    seen_at = next((row.seen_at for row in workers if row.info.id == job.worker), None)
    began, until = job.started_at or job.submitted_at, job.lease_until or now
    facts = {"worker": job.worker, "attempt": job.attempt}
    renewed = max(began, seen_at or began)
    if until - now < LATE * (until - renewed) or until <= now:
        detail = (
            f"Worker {job.worker} runs it, but was last heard of at {day_and_time(renewed, now)}; "
            f"if it stays silent, another worker may take the job at {day_and_time(until, now)}."
        )
        fix = "Nothing has to be done for the job; look at the log of that worker."
        return Why(Reason.LEASE_RUNNING_OUT, detail, renewed, until, fix, facts)
    again = f", attempt {job.attempt}" if job.attempt > 1 else ""
    detail = f"Worker {job.worker} runs it since {day_and_time(began, now)}{again}."
    return Why(Reason.RUNNING, detail, began, until, "", facts)


def _due_later(job: Job, in_line: Why, now: float) -> Why:
    due = day_and_time(job.run_at or now, now)
    last = job.attempts[-1] if job.attempts else None
    error = _error(last.error) if last else None
    facts: dict[str, Any] = {"attempt": job.attempt, "retries": job.retries, "max_retries": job.max_retries}
    if in_line.reason in STUCK:
        facts["then"] = in_line.detail
    fix = f"Run it now: ferryman jobs run-now {job.id}"
    since = last.finished_at if last else job.submitted_at
    if last is not None and last.ending is Ending.SNOOZED:
        detail = f"Attempt {last.number} asked to be run again at {due}."
        return Why(Reason.SNOOZED, detail, since, job.run_at, fix, facts | {"error": error})
    if last is not None and last.ending is Ending.RETRIED:
        retry = f"retry {job.retries} of {job.max_retries} is due at {due}"
        detail = f"Attempt {last.number} failed with {_quoted(error)}; {retry}."
        return Why(Reason.WAITS_FOR_RETRY, detail, since, job.run_at, fix, facts | {"error": error})
    return Why(Reason.DUE_LATER, f"It is due at {due}.", since, job.run_at, fix, facts)


def _in_line(job: Job, queue: QueueRow, workers: Sequence[WorkerRow], ahead: Counted | None, now: float) -> Why:
    facts: dict[str, Any] = {"ahead": ahead.jobs, "ahead_exact": ahead.exact} if ahead else {}
    since = _waits_since(job, now)
    if queue.paused:
        by = f" by {queue.paused_by}" if queue.paused_by else ""
        at = f" since {day_and_time(queue.paused_at, now)}" if queue.paused_at is not None else ""
        facts["by"] = queue.paused_by or ""
        fix = f"Resume it: ferryman queues resume {job.queue}"
        detail = f"Queue {job.queue} is paused{by}{at}."
        return Why(Reason.QUEUE_PAUSED, detail, queue.paused_at, None, fix, facts)
    alive = [row for row in workers if row.alive]
    serving = [row for row in alive if serves(row.info, job.queue)]
    if not serving:
        facts["workers"] = len(alive)
        others = f"; {len(alive)} of other queues are" if alive else ""
        detail = f"No worker that serves queue {job.queue} is alive{others}."
        fix = f"Start one: ferryman worker -q {job.queue}"
        return Why(Reason.NO_WORKER_FOR_QUEUE, detail, since, None, fix, facts)
    knowing = [row for row in serving if job.task in row.info.tasks]
    if not knowing:
        facts["workers"] = len(serving)
        detail = f"No worker that is alive and serves queue {job.queue} knows task {job.task}."
        fix = f"Start one with the code that has the task: ferryman worker -q {job.queue}"
        return Why(Reason.NO_WORKER_FOR_TASK, detail, since, None, fix, facts)
    return _for_a_slot(job, since, knowing, ahead, facts)


def _for_a_slot(
    job: Job, since: float | None, knowing: Sequence[WorkerRow], ahead: Counted | None, facts: dict[str, Any]
) -> Why:
    """Explain a job that some of these workers will run."""
    taking = [row for row in knowing if not row.info.quiet and row.command is None]
    if not taking:
        one, many = "The only worker that could run it is", f"All {len(knowing)} workers that could run it are"
        detail = f"{one if len(knowing) == 1 else many} quiet and will start nothing more."
        fix = f"Start another one: ferryman worker -q {job.queue}"
        facts["workers"] = [row.info.id for row in knowing]
        return Why(Reason.WORKERS_QUIET, detail, since, None, fix, facts)
    slots, busy = sum(row.info.slots for row in taking), sum(row.info.busy for row in taking)
    facts |= {"workers": len(taking), "slots": slots, "busy": busy}
    before = ahead.jobs if ahead else 0
    if before < slots - busy:
        detail = f"A slot is free for it: the next look of {_workers(taking)} will take it."
        return Why(Reason.ABOUT_TO_START, detail, since, None, "", facts)
    many = f"{before:,}" if ahead is None or ahead.exact else f"More than {before:,}"
    line = f"{many} {'job is' if before == 1 else 'jobs are'} ahead of it" if before else "It is the next one"
    detail = f"{line}; {busy} of {slots} slots of {_workers(taking)} are busy."
    fix = "Add workers or slots: ferryman worker --concurrency N, --processes N"
    return Why(Reason.WORKERS_BUSY, detail, since, None, fix, facts)


def _waits_since(job: Job, now: float) -> float | None:
    """Return when a job came to the line where it stands; None when a person sent it there, which nobody wrote down."""
    last = job.attempts[-1] if job.attempts else None
    if last is not None and last.ending in _ENDS:
        return None
    moments = (job.submitted_at, job.run_at, last.finished_at if last else None)
    since = max(moment for moment in moments if moment is not None)
    return since if since <= now else None


def _workers(rows: Sequence[WorkerRow]) -> str:
    return f"worker {rows[0].info.id}" if len(rows) == 1 else f"{len(rows)} workers"


def _error(text: str | None) -> dict[str, str] | None:
    """Return the type and the message of an error, without its traceback."""
    if text is None:
        return None
    said = json.loads(text)
    return {"type": str(said.get("type", "")), "message": str(said.get("message", ""))}


def _quoted(error: dict[str, str] | None) -> str:
    """Return an error in one line, however long it is."""
    if error is None:
        return "an error that was not recorded"
    line = " ".join(f"{error['type']}: {error['message']}".split()).strip(": ")
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 3]}..."

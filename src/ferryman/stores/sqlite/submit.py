"""Submitting: a batch of jobs becomes rows, each with its place in line."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ferryman.domain.job import NewJob
from ferryman.domain.state import State
from ferryman.store.messages import Submitted
from ferryman.store.signals import queue_signal
from ferryman.stores.sqlite.lanes import Lanes
from ferryman.stores.sqlite.rows import stored_key
from ferryman.stores.sqlite.writer import Transaction


def submit(transaction: Transaction, jobs: Sequence[NewJob], lanes: Lanes) -> list[Submitted]:
    """Store the jobs that are not known yet, and say of each which job it is."""
    numbers = lanes.numbers(transaction, {(job.queue, job.task) for job in jobs})
    due = [_due(job, transaction.now) for job in jobs]
    rows = json.dumps(
        [
            (
                job.id,
                numbers[job.queue, job.task],
                State.PENDING if run_at is None else State.SCHEDULED,
                job.priority,
                run_at,
                job.timeout,
                job.max_retries,
                job.max_crashes,
                stored_key(job.task, job.key),
                job.request,
                job.fingerprint,
                json.dumps(job.tags) if job.tags else None,
                job.args,
            )
            for job, run_at in zip(jobs, due, strict=True)
        ]
    )
    before = take_places(transaction, len(jobs))
    created = transaction.run("submit_jobs", rows, before, transaction.now).rowcount
    transaction.run("submit_args", rows, before)
    if any(job.tags for job in jobs):
        transaction.run("submit_tags", before, len(jobs))
    transaction.signals.update(queue_signal(job.queue) for job, run_at in zip(jobs, due, strict=True) if run_at is None)
    if created == len(jobs):
        return [Submitted(job.id, True) for job in jobs]
    return _met(transaction, jobs, rows, before)


def take_places(transaction: Transaction, count: int) -> int:
    """Reserve `count` places at the end of the line; return the one before the first of them."""
    last = transaction.value("UPDATE line SET last_place = last_place + ?1 RETURNING last_place", count)
    return int(last) - count


def _due(job: NewJob, now: float) -> float | None:
    """Return when a job may start, None for at once."""
    run_at = now + job.delay if job.delay else job.run_at
    return run_at if run_at is not None and run_at > now else None


def _met(transaction: Transaction, jobs: Sequence[NewJob], rows: str, before: int) -> list[Submitted]:
    answers = []
    for position, identifier, seq, request, fingerprint in transaction.run("submit_met", rows).fetchall():
        job = jobs[position]
        conflict = job.request is not None and request == job.request and fingerprint != job.fingerprint
        answers.append(Submitted(identifier, seq == before + position + 1, conflict))
    return answers

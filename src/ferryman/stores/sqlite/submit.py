"""Submitting: a batch of jobs becomes rows, each with its place in line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple

from ferryman.domain.job import NewJob
from ferryman.domain.state import State
from ferryman.store.history import Item
from ferryman.store.messages import Submitted
from ferryman.stores.sqlite.lanes import Lanes
from ferryman.stores.sqlite.rows import stored_key
from ferryman.stores.sqlite.writer import Transaction


def submit(transaction: Transaction, jobs: Sequence[NewJob], lanes: Lanes) -> list[Submitted]:
    """Store the jobs that are not known yet, and say of each which job it is."""
    refused = _conflicts(transaction, jobs) if any(job.request is not None for job in jobs) else {}
    if not refused:
        return _store(transaction, jobs, lanes)
    stored = iter(_store(transaction, [job for n, job in enumerate(jobs) if n not in refused], lanes))
    return [Submitted(refused[n], False, True) if n in refused else next(stored) for n in range(len(jobs))]


def _conflicts(transaction: Transaction, jobs: Sequence[NewJob]) -> dict[int, str]:
    """Return the positions of jobs whose request asked for something else before, each with the id of a job of that.

    The whole request is refused, also the jobs of it that no job stands against: a request is one thing.
    """
    names = {name for job in jobs if (name := _name_of(job)) is not None}
    asked = {
        name: (identifier, fingerprint)
        for name, identifier, fingerprint in transaction.run("submit_asked", json.dumps(sorted(names)))
    }
    refused = {}
    for position, job in enumerate(jobs):
        name = _name_of(job)
        if name is not None:
            # Of two requests in one call the first holds.
            identifier, fingerprint = asked.setdefault(name, (job.id, job.fingerprint))
            if fingerprint != job.fingerprint:
                refused[position] = identifier
    known = _known(transaction, [jobs[position].id for position in refused]) if refused else ()
    return {position: other for position, other in refused.items() if jobs[position].id not in known}


def _known(transaction: Transaction, ids: Sequence[str]) -> set[str]:
    """Return which of these jobs are stored: one that is known by its id is not judged by its request."""
    found = transaction.connection.execute(
        "SELECT id FROM job WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
    )
    return {identifier for (identifier,) in found}


def _name_of(job: NewJob) -> str | None:
    return None if job.request is None else job.request.partition("#")[0]


def _store(transaction: Transaction, jobs: Sequence[NewJob], lanes: Lanes) -> list[Submitted]:
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
    # Whoever sleeps until the next job is due must look again when another is due before it.
    next_due = _next_due(transaction) if any(run_at is not None for run_at in due) else 0.0
    before = take_places(transaction, len(jobs))
    created = transaction.run("submit_jobs", rows, before, transaction.now).rowcount
    transaction.run("submit_args", rows, before)
    if any(job.tags for job in jobs):
        transaction.run("submit_tags", before, len(jobs))
    transaction.tell_queues(
        job.queue for job, run_at in zip(jobs, due, strict=True) if run_at is None or run_at < next_due
    )
    all_new = created == len(jobs)
    answers = [Submitted(job.id, True) for job in jobs] if all_new else _met(transaction, jobs, rows, before)
    stored = jobs if all_new else [job for job, answer in zip(jobs, answers, strict=True) if answer.created]
    for lane, count in Counter((job.queue, job.task) for job in stored).items():
        transaction.counts[numbers[lane], int(Item.SUBMITTED)] += count
    _remember(transaction, [job for job in stored if job.past])
    return answers


def _remember(transaction: Transaction, jobs: Sequence[NewJob]) -> None:
    """Write down what happened to jobs before they came here."""
    for job in jobs:
        past = job.past
        assert past is not None
        last = past.attempts[-1] if past.attempts else None
        transaction.run(
            "submit_past",
            job.id,
            past.submitted_at,
            past.attempt,
            past.retries,
            past.crashes,
            last and last.worker,
            last and last.started_at,
        )
        for attempt in past.attempts:
            transaction.run("submit_attempt", job.id, *astuple(attempt))


def take_places(transaction: Transaction, count: int) -> int:
    """Reserve `count` places at the end of the line; return the one before the first of them."""
    last = transaction.value("UPDATE line SET last_place = last_place + ?1 RETURNING last_place", count)
    return int(last) - count


def _next_due(transaction: Transaction) -> float:
    earliest = transaction.value("SELECT min(run_at) FROM job WHERE state = 'scheduled'")
    return float("inf") if earliest is None else float(earliest)


def _due(job: NewJob, now: float) -> float | None:
    """Return when a job may start, None for at once."""
    run_at = now + job.delay if job.delay else job.run_at
    return run_at if run_at is not None and run_at > now else None


def _met(transaction: Transaction, jobs: Sequence[NewJob], rows: str, before: int) -> list[Submitted]:
    answers = []
    for position, identifier, seq, request in transaction.run("submit_met", rows).fetchall():
        created = seq == before + position + 1
        replayed = not created and request is not None and request == jobs[position].request
        answers.append(Submitted(identifier, created, replayed=replayed))
    return answers

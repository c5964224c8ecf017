"""Submitting: jobs go to their partitions, in one call for each."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ferryman.domain.job import NewJob, Past
from ferryman.store.messages import Submitted
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.places import spread
from ferryman.stores.redis.promises import Promises
from ferryman.stores.redis.rows import attempt_text, id_bytes, id_text, milliseconds

#: What jobs of one task mostly have in common: lane, task, priority, max_retries, max_crashes.
_Kind = tuple[str, str, int, int, int]


async def submit(calls: Calls, jobs: Sequence[NewJob], promises: Promises) -> list[Submitted]:
    """Store the jobs that are not known yet, and say of each which job it is."""
    # All are written before any is sent: what cannot be written stops the whole batch.
    written = [(_kind(job), id_bytes(job.id), job.args.encode(), _more(job)) for job in jobs]

    async def submit_in(partition: int, positions: Sequence[int]) -> list[Submitted]:
        answers = [Submitted(jobs[position].id, True) for position in positions]
        values = _values([written[position] for position in positions])
        replicas = promises.replicas_for([jobs[position] for position in positions])
        asked = promises.questions(replicas)
        # In order: the client sends some while it awaits the answer to others, and jobs line up as they were submitted.
        met, *confirmed = await calls.run_with("submit", partition, values, asked, in_order=True)
        promises.check(replicas, confirmed, calls.address.shown)
        for place, raw, conflict, same in met:
            answers[place] = Submitted(id_text(raw), False, bool(conflict), bool(same))
        return answers

    return await spread([job.id for job in jobs], calls.partitions, submit_in)


def _values(written: Sequence[tuple[_Kind, bytes, bytes, list[Value]]]) -> list[Value]:
    """Write jobs as submit.lua reads them: what many of them have in common is written once."""
    kinds: dict[_Kind, int] = {}
    values: list[Value] = []
    for kind, identifier, args, more in written:
        number = kinds.setdefault(kind, len(kinds) + 1)
        values += (identifier, number, args, len(more) // 2, *more)
    return [len(kinds), *[value for kind in kinds for value in kind], *values]


def _kind(job: NewJob) -> _Kind:
    return f"{job.queue} {job.task}", job.task, job.priority, job.max_retries, job.max_crashes


def _more(job: NewJob) -> list[Value]:
    """Write the fields that most jobs do not have."""
    more: list[Value] = []
    if job.delay:
        more += ("delay", milliseconds(job.delay))
    elif job.run_at is not None:
        more += ("run_at", milliseconds(job.run_at))
    if job.timeout is not None:
        more += ("timeout", repr(job.timeout))
    if job.key is not None:
        more += ("key", job.key)
    if job.request is not None:
        more += ("request", job.request, "fingerprint", job.fingerprint or "")
    if job.tags:
        more += ("tags", "\n".join(job.tags))
    if job.past is not None:
        more += _past(job.past)
    return more


def _past(past: Past) -> list[Value]:
    """Write what happened to a job before it came here."""
    said: list[Value] = ["submitted", milliseconds(past.submitted_at)]
    for name, count in (("attempt", past.attempt), ("retries", past.retries), ("crashes", past.crashes)):
        if count:
            said += (name, count)
    if past.attempts:
        last = past.attempts[-1]
        said += ("worker", last.worker, "started", milliseconds(last.started_at))
        said += ("history", json.dumps([attempt_text(attempt) for attempt in past.attempts]))
    return said

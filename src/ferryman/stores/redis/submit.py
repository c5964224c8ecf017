"""Submitting: jobs go to their partitions, in one call for each."""

from __future__ import annotations

from collections.abc import Sequence

from ferryman.domain.job import NewJob
from ferryman.store.messages import Submitted
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.places import spread
from ferryman.stores.redis.promises import Promises
from ferryman.stores.redis.rows import id_bytes, id_text, milliseconds


async def submit(calls: Calls, jobs: Sequence[NewJob], promises: Promises) -> list[Submitted]:
    """Store the jobs that are not known yet, and say of each which job it is."""
    # All are written before any is sent: what cannot be written stops the whole batch.
    written = [_values(job) for job in jobs]

    async def submit_in(partition: int, positions: Sequence[int]) -> list[Submitted]:
        answers = [Submitted(jobs[position].id, True) for position in positions]
        values = [value for position in positions for value in written[position]]
        replicas = promises.replicas_for([jobs[position] for position in positions])
        met, *confirmed = await calls.run_with("submit", partition, values, promises.questions(replicas))
        promises.check(replicas, confirmed, calls.address.shown)
        for place, raw, conflict, same in met:
            answers[place] = Submitted(id_text(raw), False, bool(conflict), bool(same))
        return answers

    return await spread([job.id for job in jobs], calls.partitions, submit_in)


def _values(job: NewJob) -> list[Value]:
    """Write a job as submit.lua reads it."""
    more = _more(job)
    return [
        id_bytes(job.id),
        f"{job.queue} {job.task}",
        job.task,
        job.priority,
        _when(job),
        job.max_retries,
        job.max_crashes,
        job.args.encode(),
        job.key or "",
        job.request or "",
        len(more) // 2,
        *more,
    ]


def _when(job: NewJob) -> str:
    """Write when the job may start; at once is empty."""
    if job.delay:
        return f"+{milliseconds(job.delay)}"
    return "" if job.run_at is None else f"={milliseconds(job.run_at)}"


def _more(job: NewJob) -> list[Value]:
    more: list[Value] = []
    if job.timeout is not None:
        more += ("timeout", repr(job.timeout))
    if job.fingerprint is not None:
        more += ("fingerprint", job.fingerprint)
    if job.tags:
        more += ("tags", "\n".join(job.tags))
    return more

"""All that a store shows, and how it must agree with the model."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import NamedTuple

from ferryman.domain.job import Job
from ferryman.domain.state import State
from ferryman.store.history import HistoryRow
from ferryman.store.messages import FeedEntry, QueueRow, WorkerRow
from ferryman.store.protocol import Store
from ferryman.store.query import Include, JobFilter
from tests.conformance import census
from tests.conformance.happened import Happened, history
from tests.model.queue import KEPT, Queue

_EVERYTHING = frozenset(Include)
#: A store may tell the jobs of one moment apart by microseconds.
A_MOMENT = 0.5


class Seen(NamedTuple):
    """What a store showed after a step."""

    jobs: dict[str, Job]
    #: The ids of all jobs, the newest first.
    listed: list[str]
    counts: dict[tuple[str, str, State], int]
    queues: dict[str, QueueRow]
    workers: dict[str, WorkerRow]
    #: How often what happened, by queue, task and what it is.
    happened: dict[tuple[str, str, str], int]
    #: The number of jobs of each group of failures, by its id.
    failures: dict[str, int]


async def look(store: Store, ids: Sequence[str]) -> Seen:
    """Ask a store for everything, but for the live output of its jobs; the ids are those of all that may be jobs."""
    inspector = store.inspector
    # All at once: nobody else changes anything meanwhile.
    listed, whole, counts, queues, workers, (happened, failures) = await asyncio.gather(
        census.listed(store),
        inspector.get(ids, _EVERYTHING),
        inspector.counts(),
        inspector.queues(),
        inspector.workers(),
        asyncio.gather(history(store), inspector.failures()),
    )
    return Seen(
        {job.id: job for job in whole if job},
        [job.id for job in listed],
        {(count.queue, count.task, count.state): count.jobs for count in counts},
        {row.name: row for row in queues},
        {row.info.id: row for row in workers},
        _happened(happened.rows),
        {group.id: group.jobs for group in failures},
    )


def _happened(rows: Iterable[HistoryRow]) -> dict[tuple[str, str, str], int]:
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        counts = {name: getattr(row, name) for name in Happened._fields}
        for what, count in {**counts, "waits": row.wait.total, "runs": row.run.total}.items():
            found[row.queue or "", row.task or "", what] += count
    return {place: count for place, count in found.items() if count}


async def look_closer(store: Store, jobs: dict[str, Job]) -> dict[str, list[FeedEntry]]:
    """Return the live output of each job, having checked that each list has its jobs and no other."""
    lists = list(filters(jobs))
    found = await asyncio.gather(*(census.listed(store, where) for where in lists))
    counted = await asyncio.gather(*(store.inspector.count(where) for where in lists))
    for where, listed, count in zip(lists, found, counted, strict=True):
        expected = [identifier for identifier, job in jobs.items() if where.matches(job)]
        assert sorted(job.id for job in listed) == sorted(expected), f"the list of {where} is wrong"
        assert count == (len(expected), True), f"the count of {where} is wrong"
    feeds = await asyncio.gather(*(store.feed.read(identifier, 0, 1_000) for identifier in jobs))
    return dict(zip(jobs, feeds, strict=True))


def filters(jobs: dict[str, Job]) -> Iterator[JobFilter]:
    """Return a filter for each thing that a query may name."""
    yield JobFilter()
    for state in State:
        yield JobFilter(states=(state,))
    for tag in sorted({tag for job in jobs.values() for tag in job.tags}):
        yield JobFilter(tags=(tag,))
        yield JobFilter((State.PENDING, State.FAILED), ("x",), tags=(tag,))
    for worker in sorted({job.worker for job in jobs.values() if job.worker is not None}):
        yield JobFilter(workers=(worker,))
    for task, key in sorted({(job.task, job.key) for job in jobs.values() if job.key is not None}):
        yield JobFilter(tasks=(task,), keys=(key,))
    for group in sorted({job.failure for job in jobs.values() if job.failure is not None}):
        yield JobFilter(failures=(group,))
        yield JobFilter(failures=(group,), queues=("x",))
    for text in ("valueerror", "WORKER died 1 time:"):
        yield JobFilter(error=text)
        yield JobFilter((State.PENDING, State.SCHEDULED, State.PROCESSING, State.CANCELLED), error=text)
    for identifier in list(jobs)[:3]:
        yield JobFilter(ids=(identifier.replace("-", ""),))


async def look_ahead(store: Store, model: Queue) -> None:
    """Check how many jobs each store tells are before one in its queue; of those that came at once any may be."""
    pending = [job for job in model.jobs.by_id.values() if job.state is State.PENDING]
    rank = model.jobs.rank
    for job, told in zip(
        pending, await asyncio.gather(*(store.inspector.ahead(one.id) for one in pending)), strict=True
    ):
        ranks = [rank(other) for other in pending if other.queue == job.queue and other is not job]
        fewest, most = sum(one < rank(job) for one in ranks), sum(one <= rank(job) for one in ranks)
        assert told is not None
        assert told.exact
        assert fewest <= told.jobs <= most, f"{told} before {job}, not {fewest} to {most}"


def differences(model: Queue, seen: Seen, latest: float, *, ordered: bool) -> Iterator[str]:
    """Say what a store shows that the model knows otherwise.

    `latest` is how far the clock ever was; `ordered` says that jobs are listed in the order of their submission.
    """
    expected = model.jobs.by_id
    for identifier in sorted(expected.keys() | seen.jobs.keys()):
        yield from _differ(expected.get(identifier), seen.jobs.get(identifier), latest)
    listed = sorted if not ordered else list
    if listed(seen.listed) != listed(reversed(expected)):
        yield f"listed as {seen.listed}, submitted as {list(expected)}"
    if seen.counts != model.jobs.counts():
        yield f"counts {seen.counts}, not {dict(model.jobs.counts())}"
    if seen.happened != model.jobs.happened:
        yield f"{seen.happened} happened, not {dict(model.jobs.happened)}"
    failures = Counter(job.failure for job in expected.values() if job.failure)
    if seen.failures != failures:
        yield f"groups of failures {seen.failures}, not {dict(failures)}"
    for name in sorted(model.queues | model.paused.keys() | seen.queues.keys()):
        yield from _differ_in_queue(model, name, seen.queues.get(name), latest)
    workers = {
        name: WorkerRow(one.info, one.seen_at, one.seen_at + one.lease > model.now, one.command)
        for name, one in model.workers.items()
        if one.seen_at >= model.now - KEPT
    }
    if seen.workers != workers:
        yield f"workers {seen.workers}, not {workers}"


def _differ(expected: Job | None, got: Job | None, latest: float) -> Iterator[str]:
    if expected is None or got is None:
        yield f"{got} is there, not {expected}"
        return
    if expected.submitted_at <= got.submitted_at <= max(expected.submitted_at, latest) + A_MOMENT:
        got = replace(got, submitted_at=expected.submitted_at)
    if got != expected and (got := _plain(got)) != (expected := _plain(expected)):
        names = [f.name for f in fields(Job) if getattr(got, f.name) != getattr(expected, f.name)]
        said = [f"{name} is {getattr(got, name)!r}, not {getattr(expected, name)!r}" for name in names]
        yield f"{got.state} job {got.id}: {'; '.join(said)}"


def _plain(job: Job) -> Job:
    """Return a job whose errors are written in one way: the order of what is in them means nothing."""
    attempts = tuple(replace(attempt, error=_sorted(attempt.error)) for attempt in job.attempts or ())
    return replace(job, error=_sorted(job.error), attempts=attempts)


def _sorted(error: str | None) -> str | None:
    return error and json.dumps(json.loads(error), sort_keys=True)


def _differ_in_queue(model: Queue, name: str, row: QueueRow | None, latest: float) -> Iterator[str]:
    known, since_by = name in model.queues, model.paused.get(name)
    if row is None:
        yield f"there is no queue {name}"
        return
    if (row.paused, row.paused_at, row.paused_by) != (since_by is not None, *(since_by or (None, None))):
        yield f"{row} is paused since and by {since_by}"
    jobs = [job for job in model.jobs.by_id.values() if job.queue == name]
    counts = {state: sum(job.state is state for job in jobs) for state in State}
    if {**dict.fromkeys(State, 0), **row.counts} != counts or (row.counts and not known):
        yield f"{row} has {counts}"
    pending = [job.submitted_at for job in jobs if job.state is State.PENDING]
    oldest = row.oldest_pending_at
    if (oldest is None) != (not pending):
        yield f"{row} has {len(pending)} pending"
    if oldest is not None and not min(pending) <= oldest <= max(*pending, latest) + A_MOMENT:
        yield f"{row} has its oldest pending job since {oldest}, of {pending}"

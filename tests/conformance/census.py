"""Counts every job and checks that all a store says of it agrees; built on nothing but the Inspector."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ferryman.domain.job import Job
from ferryman.domain.state import State
from ferryman.store.failures import MOST_GROUPS, Cause
from ferryman.store.protocol import Store
from ferryman.store.query import LARGEST_PAGE, Include, JobFilter, PageRequest
from tests.conformance.happened import Happened, happened

_ANY = JobFilter()
_EVERYTHING = frozenset(Include)


async def listed(store: Store, where: JobFilter = _ANY, first: PageRequest | None = None) -> list[Job]:
    """Return all jobs that match, reading page after page."""
    page_request = first or PageRequest(LARGEST_PAGE)
    jobs: list[Job] = []
    while True:
        page = await store.inspector.find(where, page_request)
        assert len(page.jobs) <= page_request.limit
        jobs += page.jobs
        if page.cursor is None:
            return jobs
        page_request = PageRequest(page_request.limit, page.cursor, page_request.oldest_first)


async def take(store: Store) -> dict[str, Job]:
    """Return every job by id.

    Checked: no job is listed twice; the counters, of tasks and of queues, equal a recount; `get` says what `find` says;
    and each job is whole.
    """
    jobs = await listed(store)
    ids = [job.id for job in jobs]
    assert len(set(ids)) == len(ids), "a job is listed twice"
    counters = {(count.queue, count.task, count.state): count.jobs for count in await store.inspector.counts()}
    assert counters == dict(Counter((job.queue, job.task, job.state) for job in jobs)), "counters differ from a recount"
    await _check_queues(store, jobs)
    await _check_history(store, jobs)
    await _check_failures(store, jobs)
    whole = await store.inspector.get(ids, _EVERYTHING)
    for short, job in zip(jobs, whole, strict=True):
        assert job is not None
        assert (job.id, job.state, job.attempt) == (short.id, short.state, short.attempt)
        check(job)
    return {job.id: job for job in whole if job is not None}


async def take_apart(store: Store) -> None:
    """Check that each job is in exactly one place: the lists of the states part the jobs among them."""
    parts = [{job.id for job in await listed(store, JobFilter(states=(state,)))} for state in State]
    everything = {job.id for job in await listed(store)}
    assert sum(map(len, parts)) == len(everything), "a job is in two states, or in none"
    assert set().union(*parts) == everything


async def _check_queues(store: Store, jobs: Iterable[Job]) -> None:
    recount: dict[str, Counter[State]] = {}
    for job in jobs:
        recount.setdefault(job.queue, Counter())[job.state] += 1
    rows = {row.name: row for row in await store.inspector.queues()}
    for name, counts in recount.items():
        assert {state: number for state, number in rows[name].counts.items() if number} == dict(counts)
    for name, row in rows.items():
        assert name in recount or not any(row.counts.values())
        assert (row.oldest_pending_at is not None) == bool(row.counts.get(State.PENDING))


async def _check_history(store: Store, jobs: Sequence[Job]) -> None:
    """Check that what happened to the jobs that are there was counted; of those that are gone nothing is known."""
    told = await happened(store)
    states = Counter(job.state for job in jobs)
    least = Happened(len(jobs), states[State.COMPLETED], states[State.FAILED], states[State.CANCELLED])
    assert all(count >= known for count, known in zip(told, least, strict=True)), f"{told} happened, at least {least}"


async def _check_failures(store: Store, jobs: Sequence[Job]) -> None:
    """Check that every group of failures has all failed jobs of its cause and no other, and that none is empty."""
    failed: dict[Cause, list[Job]] = {}
    for job in jobs:
        assert (job.failure is not None) == (job.state is State.FAILED)
        if job.state is State.FAILED:
            failed.setdefault(Cause.of(job.task, job.error)[0], []).append(job)
    groups = await store.inspector.failures(most=MOST_GROUPS)
    assert {Cause(group.task, group.type, group.frame): group.jobs for group in groups} == {
        cause: len(of) for cause, of in failed.items()
    }, "groups of failures differ from a recount"
    for group in groups:
        cause = Cause(group.task, group.type, group.frame)
        assert group.id == cause.id
        assert {job.failure for job in failed[cause]} == {group.id}
        where = JobFilter(failures=(group.id,))
        assert {job.id for job in await listed(store, where)} == {job.id for job in failed[cause]}
        assert await store.inspector.count(where) == (group.jobs, True)
        assert group.first_at <= group.last_at


def check(job: Job) -> None:
    """Check that a job has what its state needs, and no more."""
    running = job.state is State.PROCESSING
    assert (job.lease_until is not None) == running, f"{job.state} with lease_until {job.lease_until}"
    assert (job.finished_at is not None) == job.final
    assert (job.result is not None) == (job.state is State.COMPLETED)
    assert job.run_at is not None or job.state is not State.SCHEDULED
    assert job.args is not None
    assert job.attempts is not None
    if running:
        assert job.worker is not None
        assert job.started_at is not None
    ended = [attempt for attempt in job.attempts if attempt.ending is not None]
    assert [attempt.number for attempt in ended] == list(range(1, job.attempt + (0 if running else 1)))
    assert all(attempt.finished_at is not None for attempt in ended)
    assert job.retries <= job.max_retries
    assert job.crashes <= max(1, job.max_crashes)

"""Finding jobs by everything a query may name; `JobFilter.matches` says what each part means."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from ferryman.domain.job import Job
from ferryman.domain.outcome import Outcome, error_text
from ferryman.domain.state import Operation, State
from ferryman.store.query import MOST_LOOKED_AT, Counted, JobFilter, PageRequest
from tests.conformance.world import World

TRACE = "Traceback: out of reach"
ERRORS = [
    error_text("app.MailError", 'no "answer" within 5 s\nfrom /var/mail', TRACE),
    error_text("ValueError", "naïve \\ 7%", TRACE * 1_000),
    error_text("E", "", TRACE),
]


async def every_kind(world: World) -> dict[str, Job]:
    """Submit jobs that differ in all that a query may name, and return them in the order of their submission."""
    for n, (state, queue) in enumerate(product((*State, "retried", "released"), "xyz")):
        if state is State.BLOCKED:
            continue
        await world.advance(10)
        tags = ("t", "u")[: n % 3]
        submitted: dict[str, Any] = {
            "queue": queue,
            "task": "ab"[n % 2],
            "tags": tags,
            "key": f"k{n % 5}" if n % 3 == 0 else None,
        }
        if state in (State.SCHEDULED, State.PENDING):
            await world.submit(**submitted, delay=1_000.0 if state is State.SCHEDULED else None)
            continue
        await world.submit(**submitted, priority=9)
        [claimed] = await world.claim(1, tasks=("a", "b"), worker=f"w{n % 2}", lease=1_000.0)
        error = ERRORS[n % 3]
        ends = {
            State.COMPLETED: Outcome.completed(claimed.lease, "null"),
            State.FAILED: Outcome.failed(claimed.lease, error),
            State.CANCELLED: Outcome.cancelled(claimed.lease, error),
            "retried": Outcome.retried(claimed.lease, error, 1_000.0),
            "released": Outcome.released(claimed.lease),
        }
        if state in ends:
            await world.finish(ends[state])
    ids = await world.listed(oldest_first=True)
    jobs = await world.dump()
    return {identifier: jobs[identifier] for identifier in ids}


async def agrees(world: World, jobs: dict[str, Job], where: JobFilter) -> None:
    """Check that a filter lists and counts the jobs that it matches."""
    expected = [identifier for identifier, job in jobs.items() if where.matches(job)]
    for oldest_first in (True, False):
        pages = PageRequest(2, None, oldest_first)
        found: list[str] = []
        while True:
            page = await world.store.inspector.find(where, pages)
            found += [job.id for job in page.jobs]
            assert page.complete
            assert (page.examined > 0) <= where.scanned
            if page.cursor is None:
                break
            pages = replace(pages, cursor=page.cursor)
        assert found == (expected if oldest_first else expected[::-1]), where
    assert await world.store.inspector.count(where) == Counted(len(expected), True), where


async def test_errors_are_found_by_type_and_message(world: World) -> None:
    jobs = await every_kind(world)
    states: list[tuple[State, ...]] = [(), (State.FAILED, State.CANCELLED), (State.SCHEDULED,), (State.PENDING,)]
    texts = ["mailerror", 'NO "answer"', "5 s\nfrom", "/var/mail", "naïve \\ 7%", "E: ", "reach", "message", "nowhere"]
    assert sum(JobFilter(error="mailerror").matches(job) for job in jobs.values()) > 0
    for chosen, text in product(states, texts):
        await agrees(world, jobs, JobFilter(chosen, error=text))
    await agrees(world, jobs, JobFilter(error="e", queues=("x",), tags=("t",)))
    await agrees(world, jobs, JobFilter((State.FAILED, State.SCHEDULED), tasks=("a",), error="e", tags=("t", "u")))


async def test_the_error_of_a_dead_worker_is_found(world: World) -> None:
    await world.submit()
    for _ in range(3):
        await world.claim_one(worker="mortal")
        await world.recover()
    [identifier] = await world.listed(error="workerdied: the worker died 3 times: mortal did not")
    assert await world.state(identifier) is State.FAILED


async def test_the_last_error_counts_and_a_completed_job_has_none(world: World) -> None:
    identifier = await world.submit()
    await world.finish(Outcome.retried((await world.claim_one()).lease, error_text("First", "one"), 0.0))
    assert await world.listed(states=(State.SCHEDULED, State.PENDING), error="first") == [identifier]
    await world.finish(Outcome.failed((await world.claim_one()).lease, error_text("Second", "two")))
    assert (await world.listed(error="first"), await world.listed(error="second")) == ([], [identifier])
    await world.act(Operation.RETRY, identifier)
    assert await world.listed(states=(State.PENDING,), error="second") == [identifier]
    await world.complete((await world.claim_one()).lease)
    everything = tuple(state for state in State if state is not State.COMPLETED)
    assert await world.listed(states=everything, error="second") == []


async def test_jobs_are_found_by_the_worker_that_runs_them(world: World) -> None:
    jobs = await every_kind(world)
    for workers in (("w0",), ("w1",), ("w0", "w1"), ("nobody",)):
        await agrees(world, jobs, JobFilter(workers=workers))
    await agrees(world, jobs, JobFilter(workers=("w0",), queues=("x",), tags=("t",)))


async def test_jobs_are_found_by_key_within_their_task(world: World) -> None:
    jobs = await every_kind(world)
    assert sum(job.key == "k0" for job in jobs.values()) > 0
    for tasks, keys in product([("a",), ("b",), ("a", "b"), ("c",)], [("k0",), ("k0", "k3"), ("none",)]):
        await agrees(world, jobs, JobFilter(tasks=tasks, keys=keys))
        await agrees(world, jobs, JobFilter((State.PENDING, State.FAILED), tasks=tasks, keys=keys, tags=("t",)))


async def test_jobs_are_found_by_id_and_by_its_beginning(world: World) -> None:
    jobs = await every_kind(world)
    ids = [identifier.replace("-", "") for identifier in jobs]
    await agrees(world, jobs, JobFilter(ids=(ids[3],)))
    await agrees(world, jobs, JobFilter(ids=(ids[3], ids[5], "f" * 32)))
    await agrees(world, jobs, JobFilter((State.FAILED,), ids=tuple(ids)))
    for length in (8, 9, 11, 12, 13, 16, 31):
        await agrees(world, jobs, JobFilter(ids=(ids[4][:length],)))
        await agrees(world, jobs, JobFilter((State.FAILED, State.PENDING), ids=(ids[4][:length],), tags=("t",)))
    await agrees(world, jobs, JobFilter(ids=("f" * 9,)))
    await agrees(world, jobs, JobFilter(ids=("0" * 8,)))


async def test_jobs_are_found_by_the_time_of_their_submission(world: World) -> None:
    begun = world.now()
    jobs = await every_kind(world)
    others: list[dict[str, Any]] = [{}, {"tags": ("t",)}, {"states": (State.FAILED,)}, {"queues": ("x",)}]
    others.append({"error": "e"})
    for before, after, said in product((None, begun + 55, begun + 10_000), (None, begun + 25, begun + 55), others):
        await agrees(world, jobs, JobFilter(before=before, after=after, **said))
    ids = tuple(identifier.replace("-", "") for identifier in jobs)
    await agrees(world, jobs, JobFilter(ids=ids, before=begun + 55, after=begun + 25))
    await agrees(world, {}, JobFilter(before=begun - 10))
    await agrees(world, {}, JobFilter(after=begun + 10_000))


async def test_an_empty_store_finds_and_counts_nothing(world: World) -> None:
    where = [JobFilter(), JobFilter(error="x"), JobFilter(before=world.now()), JobFilter(after=0.0)]
    for one in (*where, JobFilter(ids=("0" * 8,)), JobFilter(tags=("t", "u"))):
        await agrees(world, {}, one)


async def test_kept_counts_and_counted_jobs_are_the_same(world: World) -> None:
    jobs = await every_kind(world)
    for states, queues, tasks in product([(), (State.FAILED, State.PENDING)], [(), ("x",)], [(), ("a",), ("none",)]):
        await agrees(world, jobs, JobFilter(states, queues, tasks))


async def test_a_search_that_is_cut_short_says_so_and_goes_on(world: World) -> None:
    # Seen red when `complete` was always True.
    rare = await world.submit(queue="rare", tags=("t",))
    for _ in range(11):
        await world.submit_many(1_000, queue="busy", tags=("t",))
    where, pages = JobFilter(queues=("rare",), tags=("t",)), PageRequest(10)
    first = await world.store.inspector.find(where, pages)
    assert (list(first.jobs), first.complete) == ([], False)
    assert 0 < first.examined <= MOST_LOOKED_AT
    page, examined, found = first, first.examined, 0
    while page.cursor is not None:
        page = await world.store.inspector.find(where, replace(pages, cursor=page.cursor))
        examined, found = examined + page.examined, found + len(page.jobs)
    assert ([job.id for job in page.jobs], page.complete) == ([rare], True)
    assert found == 1
    assert 11_001 <= examined <= 11_001 * (1 if world.one_line else 8)
    counted = await world.store.inspector.count(where)
    assert (counted.jobs <= 1, counted.exact) == (True, False)
    assert await world.store.inspector.count(JobFilter(tags=("t",))) in ((MOST_LOOKED_AT, False), (11_001, True))
    assert await world.store.inspector.count(JobFilter(queues=("busy",))) == Counted(11_000, True)


@pytest.mark.parametrize("oldest_first", [False, True])
async def test_a_search_stays_whole_while_jobs_come_and_go(world: World, oldest_first: bool) -> None:
    for n in range(40):
        identifier = await world.submit(tags=("t",))
        await world.finish(Outcome.failed((await world.claim_one()).lease, ERRORS[n % 2]))
    where = JobFilter(error="mailerror", tags=("t",))
    kept = await world.listed(oldest_first=oldest_first, error="mailerror")
    found: list[str] = []
    cursor = None
    while True:
        page = await world.store.inspector.find(where, PageRequest(3, cursor, oldest_first))
        found += [job.id for job in page.jobs]
        if (cursor := page.cursor) is None:
            break
        await world.store.inspector.act(Operation.DELETE, [job.id for job in page.jobs])
        identifier = await world.submit(tags=("t",))
        await world.act(Operation.CANCEL, identifier)
    assert found == kept


async def test_many_lanes_are_merged_in_order(world: World) -> None:
    ids = [await world.submit(f"task-{n % 7}", queue=f"queue-{n % 11}") for n in range(300)]
    queues = tuple(f"queue-{n}" for n in range(11))
    assert await world.listed(limit=200, queues=queues) == ids[::-1]
    assert await world.listed(limit=7, queues=queues, oldest_first=True) == ids
    assert await world.listed(limit=1, queues=("queue-3",), tasks=("task-3",)) == [
        identifier for n, identifier in reversed(list(enumerate(ids))) if n % 77 == 3
    ]

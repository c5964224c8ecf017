"""Lists of jobs: what matches, in which order, page by page."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest

from ferryman.domain.errors import InvalidOption
from ferryman.domain.state import Operation, State
from ferryman.store.query import JobFilter, PageRequest
from tests.conformance.world import World

ALL = JobFilter()


async def a_mixture(world: World) -> list[str]:
    """Submit jobs of two queues, two tasks and three sets of tags, some of them running and some completed."""
    ids = [
        await world.submit(task, queue=queue, tags=tags)
        for task, queue, tags in product("ab", "xy", [(), ("t",), ("t", "u")])
    ]
    for claimed in (await world.claim(8, tasks=("a", "b")))[:4]:
        await world.complete(claimed.lease)
    return ids


async def test_the_newest_come_first_unless_asked_otherwise(world: World) -> None:
    ids = [await world.submit() for _ in range(5)]
    assert await world.listed() == ids[::-1]
    assert await world.listed(oldest_first=True) == ids


async def test_an_empty_store_has_an_empty_page(world: World) -> None:
    page = await world.store.inspector.find(ALL, PageRequest())
    assert (list(page.jobs), page.cursor) == ([], None)


STATES = [(), (State.PENDING,), (State.PROCESSING, State.COMPLETED), (State.FAILED,)]
NAMES = [("x", "y"), ("x",), ("nowhere",), ()]
TASKS = [("a",), ("a", "b"), ("nothing",), ()]
TAGS = [("t",), ("t", "u"), ("none",), ()]


@pytest.mark.parametrize("states", STATES)
@pytest.mark.parametrize("oldest_first", [False, True])
async def test_a_job_is_listed_when_it_matches_every_part(
    world: World, states: tuple[State, ...], oldest_first: bool
) -> None:
    ids = await a_mixture(world)
    jobs = await world.dump()
    for queues, tasks, tags in product(NAMES, TASKS, TAGS):
        expected = [
            identifier
            for identifier in ids
            if (not states or jobs[identifier].state in states)
            and (not queues or jobs[identifier].queue in queues)
            and (not tasks or jobs[identifier].task in tasks)
            and set(tags) <= set(jobs[identifier].tags)
        ]
        where = {"states": states, "queues": queues, "tasks": tasks, "tags": tags}
        found = await world.listed(limit=2, oldest_first=oldest_first, **where)
        assert found == (expected if oldest_first else expected[::-1]), where


async def test_a_listed_job_carries_no_parts(world: World) -> None:
    await world.submit(args='{"n": 1}')
    [job] = (await world.store.inspector.find(ALL, PageRequest())).jobs
    assert (job.args, job.result, job.attempts) == (None, None, None)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10, 11, 200])
@pytest.mark.parametrize("where", [ALL, JobFilter(states=(State.PENDING,)), JobFilter(tags=("t",))])
async def test_pages_have_no_gap_and_no_double(world: World, limit: int, where: JobFilter) -> None:
    ids = await world.submit_many(10, tags=("t",))
    whole = await world.listed()
    assert sorted(whole) == sorted(ids)
    assert whole == ids[::-1] or not world.one_line
    cursor, pages = None, 0
    found: list[str] = []
    while pages == 0 or cursor:
        page = await world.store.inspector.find(where, PageRequest(limit, cursor))
        assert len(page.jobs) == min(limit, 10 - len(found))
        found += [job.id for job in page.jobs]
        cursor, pages = page.cursor, pages + 1
    assert found == whole
    assert pages == -(-10 // limit)


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("where", [ALL, JobFilter(queues=("default",)), JobFilter(tags=("t",))])
async def test_pages_stay_whole_while_jobs_come_and_go(world: World, where: JobFilter, oldest_first: bool) -> None:
    kept = await world.submit_many(30, tags=("t",))
    if not world.one_line:
        kept = (await world.listed())[::-1]
    found: list[str] = []
    cursor = None
    while True:
        page = await world.store.inspector.find(where, PageRequest(4, cursor, oldest_first))
        found += [job.id for job in page.jobs]
        if (cursor := page.cursor) is None or len(found) > 100:
            break
        await world.submit(tags=("t",), priority=9)
        await world.complete((await world.claim_one()).lease)  # the newest of all, being the most urgent
        await world.act(Operation.CANCEL, found[-1])
        await world.act(Operation.DELETE, found[-1])
    assert len(set(found)) == len(found)
    assert [identifier for identifier in found if identifier in kept] == (kept if oldest_first else kept[::-1])


async def test_a_page_may_be_read_while_others_write(world: World) -> None:
    kept = await world.submit_many(50)
    if not world.one_line:
        kept = (await world.listed())[::-1]
    other = await world.another()
    writes = [other.submit([world.job()]) for _ in range(50)]
    lists, _ = await asyncio.gather(
        asyncio.gather(*[world.listed(limit=7) for _ in range(10)]), asyncio.gather(*writes)
    )
    for listed in lists:
        assert len(set(listed)) == len(listed)
        assert [identifier for identifier in listed if identifier in set(kept)] == kept[::-1]


@pytest.mark.parametrize("cursor", ["", "x", "0", "-1", "s", "s-1", "s1.5", "s" + "9" * 40, "'; --", "sé", "s٣"])
async def test_what_is_no_cursor_is_refused(world: World, cursor: str) -> None:
    await world.submit()
    with pytest.raises(InvalidOption, match="cursor"):
        await world.store.inspector.find(ALL, PageRequest(cursor=cursor))


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_has_from_one_to_two_hundred_jobs(limit: int) -> None:
    with pytest.raises(InvalidOption, match="from 1 to 200"):
        PageRequest(limit)


def test_a_state_that_does_not_exist_is_refused_with_a_suggestion() -> None:
    typed: tuple[State, ...] = ("pendin",)  # type: ignore[assignment]
    with pytest.raises(InvalidOption, match="Did you mean 'pending'"):
        JobFilter(states=typed)


async def test_a_rare_match_among_many_is_found(world: World) -> None:
    await world.submit_many(500, queue="busy", tags=("t",))
    rare = await world.submit(queue="rare", tags=("t",))
    await world.submit_many(500, queue="busy", tags=("t",))
    assert await world.listed(queues=("rare",)) == [rare]
    assert await world.listed(queues=("rare",), tags=("t",)) == [rare]

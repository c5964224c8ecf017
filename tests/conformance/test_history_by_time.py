"""History by the minute and longer: each stretch of time has what happened in it, and all steps tell the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ferryman.domain.errors import InvalidOption
from ferryman.store.history import Apart, HistoryRequest, Step
from tests.conformance.happened import Happened, happened, history, total, waits
from tests.conformance.world import World

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


async def test_each_minute_has_what_happened_in_it(world: World) -> None:
    first = await world.to_the_next(HOUR)
    await world.submit_many(2)
    await world.advance(59.0)
    await world.submit()
    await world.advance(121.0)
    await world.complete((await world.claim_one()).lease)
    rows = (await history(world.store, Step.MINUTE)).rows
    assert [(row.at, row.submitted, row.completed) for row in rows] == [(first, 3, 0), (first + 180, 0, 1)]
    rows = (await history(world.store, Step.FIVE_MINUTES)).rows
    assert [(row.at, row.submitted, row.completed) for row in rows] == [(first, 3, 1)]


async def test_every_step_tells_the_same_sum(world: World) -> None:
    """Also when minutes become hours, and hours days, and upkeep comes often, rarely, or not at all."""
    await world.to_the_next(DAY)
    expected = Happened()
    for round_number in range(40):
        await world.submit_many(3, max_crashes=9)
        for claimed in await world.claim(2):
            await world.complete(claimed.lease)
        expected = Happened(submitted=expected.submitted + 3, completed=expected.completed + 2)
        for _ in range(round_number % 3):
            await world.store.upkeep(100)
        await world.advance((25.0, 70.0, 400.0, 1_700.0)[round_number % 4])
    for step in Step:
        assert await happened(world.store, step) == expected, step
        assert waits((await history(world.store, step)).rows).total == 80
    assert len((await history(world.store, Step.HOUR)).rows) == len({*range(6)}), "six hours were met"


async def test_upkeep_adds_a_minute_to_longer_times_once(world: World) -> None:
    await world.submit_many(2)
    await world.advance(MINUTE)
    other = await world.another()
    for _ in range(3):
        await world.store.upkeep(10)
        await other.upkeep(10)
    for step in Step:
        assert await happened(world.store, step) == Happened(submitted=2), step


async def test_a_clock_that_is_set_back_and_forth_loses_nothing_and_doubles_nothing(world: World) -> None:
    for step in (0.0, 90.0, -60.0, 3_700.0, -3_650.0, 86_500.0, -86_000.0, 10.0):
        await world.advance(step)
        await world.submit_many(2)
        await world.store.upkeep(10)
    await world.advance(2 * 86_400.0)
    await world.submit_many(2)
    await world.store.upkeep(10)
    for step in (Step.HOUR, Step.DAY):
        assert await happened(world.store, step) == Happened(submitted=18), step


async def test_rows_are_told_apart_by_what_is_asked(world: World) -> None:
    await world.submit_many(1, "send", queue="mail")
    await world.submit_many(2, "draw", queue="mail")
    await world.submit_many(4, "send", queue="slow")

    async def rows(apart: Apart) -> Sequence[tuple[str | None, str | None, int]]:
        return [(r.queue, r.task, r.submitted) for r in (await history(world.store, apart=apart)).rows]

    assert await rows(Apart.LANE) == [("mail", "draw", 2), ("mail", "send", 1), ("slow", "send", 4)]
    assert await rows(Apart.QUEUE) == [("mail", None, 3), ("slow", None, 4)]
    assert await rows(Apart.TASK) == [(None, "draw", 2), (None, "send", 5)]
    assert await rows(Apart.NOTHING) == [(None, None, 7)]
    assert await happened(world.store, queue="mail", task="send") == Happened(submitted=1)
    assert await happened(world.store, queue="none") == Happened()


async def test_several_steps_make_a_bucket(world: World) -> None:
    first = await world.to_the_next(HOUR)
    for _ in range(4):
        await world.submit()
        await world.advance(HOUR)
    now = world.now()
    answer = await world.store.inspector.history(HistoryRequest(Step.HOUR, 3, every=2))
    assert answer.now == world.about(now)
    assert [(row.at % 7_200, row.submitted) for row in answer.rows] == [(0, row.submitted) for row in answer.rows]
    assert total(answer.rows) == Happened(submitted=4)
    assert answer.since <= first < answer.since + 3 * 7_200


async def test_no_more_is_told_than_asked_for(world: World) -> None:
    await world.to_the_next(HOUR)
    for _ in range(4):
        await world.submit()
        await world.advance(MINUTE)
    answer = await world.store.inspector.history(HistoryRequest(Step.MINUTE, 3))
    assert total(answer.rows) == Happened(submitted=2), "this minute, and two before it"


@pytest.mark.parametrize("buckets", [0, -1, 1_001])
async def test_a_request_has_a_bounded_number_of_buckets(world: World, buckets: int) -> None:
    with pytest.raises(InvalidOption, match="from 1 to 1000"):
        HistoryRequest(Step.MINUTE, buckets)


async def test_a_store_without_jobs_has_no_history(world: World) -> None:
    answer = await history(world.store)
    assert list(answer.rows) == []
    assert answer.now == world.about(world.now())

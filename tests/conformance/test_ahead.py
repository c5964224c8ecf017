"""How many jobs stand before one in its queue: as many as are claimed before it."""

from __future__ import annotations

import random

import pytest

from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation, State
from ferryman.store.messages import MOST_AHEAD
from ferryman.store.query import Counted
from tests.conformance.world import World

NOBODY = "00000000-0000-7000-8000-000000000000"


async def ahead(world: World, identifier: str) -> int:
    """Return how many jobs are ahead of one, all of which must have been counted."""
    counted = await world.store.inspector.ahead(identifier)
    assert counted is not None
    assert counted.exact
    return counted.jobs


async def test_the_jobs_before_it_in_its_queue_are_ahead(world: World) -> None:
    ids = [await world.submit(task, queue="x") for task in "abab"]
    await world.submit(queue="y")
    assert [await ahead(world, identifier) for identifier in ids] == [0, 1, 2, 3]


async def test_more_urgent_jobs_are_ahead_and_less_urgent_ones_are_not(world: World) -> None:
    # Seen red when only the place counted.
    low, usual, high = [await world.submit(priority=priority) for priority in (1, 5, 9)]
    last = await world.submit(priority=5)
    assert [await ahead(world, identifier) for identifier in (high, usual, last, low)] == [0, 1, 2, 3]


@pytest.mark.one_line
async def test_jobs_are_claimed_in_the_order_that_it_tells(world: World) -> None:
    dice = random.Random(6)
    ids = [await world.submit(dice.choice("abc"), priority=dice.choice((3, 5, 9))) for _ in range(60)]
    cancelled = dice.sample(ids, 12)
    await world.store.inspector.act(Operation.CANCEL, cancelled)
    await world.store.inspector.act(Operation.RETRY, cancelled[:6])
    told = {identifier: await ahead(world, identifier) for identifier in ids if identifier not in cancelled[6:]}
    claimed = await world.claim_ids(tasks=("a", "b", "c"))
    assert claimed == sorted(told, key=lambda identifier: told[identifier])
    assert sorted(told.values()) == list(range(len(told)))


@pytest.mark.parametrize("operation", [Operation.CANCEL, Operation.DELETE])
async def test_who_left_the_line_is_not_ahead(world: World, operation: Operation) -> None:
    first, second, last = [await world.submit() for _ in range(3)]
    await world.act(operation, first)
    assert (await ahead(world, second), await ahead(world, last)) == (0, 1)


async def test_who_runs_is_not_ahead_until_it_is_handed_back(world: World) -> None:
    await world.submit()
    last = await world.submit()
    running = await world.claim_one()
    if running.id == last:  # of several lines any may be the first
        return
    assert await ahead(world, last) == 0
    await world.finish(Outcome.released(running.lease))
    assert await ahead(world, last) == 1


@pytest.mark.parametrize("state", [state for state in State if state not in (State.BLOCKED, State.PENDING)])
async def test_nothing_is_ahead_of_who_does_not_stand_in_line(world: World, state: State) -> None:
    assert await world.store.inspector.ahead(await world.in_state(state)) is None


@pytest.mark.parametrize("identifier", [NOBODY, "no id", ""])
async def test_nothing_is_ahead_of_nobody(world: World, identifier: str) -> None:
    assert await world.store.inspector.ahead(identifier) is None


async def test_a_scheduled_job_is_not_ahead_until_it_is_due(world: World) -> None:
    await world.submit(delay=5.0)
    waiting = await world.submit()
    assert await ahead(world, waiting) == 0


async def test_so_many_are_counted_and_more_are_told_as_more(world: World) -> None:
    for _ in range(MOST_AHEAD // 1_000):
        await world.submit_many(1_000, priority=9)
    await world.advance(1)  # of several lines each gives out places of its own: by the time, but a batch runs ahead
    last = await world.submit()
    assert await world.store.inspector.ahead(last) == Counted(MOST_AHEAD, True)
    await world.advance(1)
    late = await world.submit()
    assert await world.store.inspector.ahead(late) == Counted(MOST_AHEAD, False)


async def test_of_many_that_left_the_line_none_is_counted(world: World) -> None:
    left = [identifier for _ in range(3) for identifier in await world.submit_many(1_000)]
    await world.advance(1)
    last = await world.submit()
    await world.store.inspector.act(Operation.CANCEL, left[:2_500])
    counted = await world.store.inspector.ahead(last)
    # A store that looks at each may stop, but then it says so.
    assert counted in (Counted(500, True), Counted(500, False))

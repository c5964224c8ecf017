"""Jobs for later: due by the store's clock, and then at the end of the line."""

from __future__ import annotations

import pytest

from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation, State
from tests.conformance.world import LEASE, World


async def test_a_job_is_promoted_when_it_is_due_and_not_before(world: World) -> None:
    identifier = await world.submit(delay=60.0)
    await world.advance(58)
    await world.stir()
    assert (await world.store.upkeep(10)).promoted == 0
    assert await world.state(identifier) is State.SCHEDULED
    await world.advance(3)
    assert (await world.store.upkeep(10)).promoted == 1
    assert await world.state(identifier) is State.PENDING


async def test_any_workers_turn_promotes(world: World) -> None:
    identifier = await world.submit(delay=60.0)
    await world.advance(61)
    await world.turn(want=0, tasks=("other",))
    assert await world.state(identifier) is State.PENDING


async def test_a_job_that_is_due_at_once_is_claimed_in_the_same_turn(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    reply = await world.turn(Outcome.snoozed(lease, 0.0), want=1)
    assert [(claimed.id, claimed.attempt) for claimed in reply.claimed] == [(identifier, 2)]


async def test_once_due_is_always_due(world: World) -> None:
    identifier = await world.submit(delay=60.0)
    await world.advance(61)
    await world.store.upkeep(10)
    await world.advance(-3_600)
    await world.store.upkeep(10)
    assert await world.state(identifier) is State.PENDING
    assert await world.claim_ids() == [identifier]


async def test_a_clock_that_steps_back_makes_no_job_run_early(world: World) -> None:
    identifier = await world.submit(delay=60.0)
    await world.advance(-3_600)
    await world.advance(3_600 + 58)
    await world.stir()
    assert await world.claim() == []
    await world.advance(3)
    assert await world.claim_ids() == [identifier]


@pytest.mark.one_line
async def test_a_promoted_job_stands_behind_those_that_wait_already(world: World) -> None:
    later = await world.submit(delay=60.0)
    waiting = await world.submit_many(2)
    await world.advance(61)
    await world.store.upkeep(10)
    newest = await world.submit()
    assert await world.claim_ids() == [*waiting, later, newest]


@pytest.mark.one_line
async def test_a_promoted_job_keeps_its_priority(world: World) -> None:
    urgent = await world.submit(delay=60.0, priority=9)
    waiting = await world.submit()
    await world.advance(61)
    assert await world.claim_ids() == [urgent, waiting]


@pytest.mark.one_line
async def test_jobs_are_promoted_in_the_order_in_which_they_are_due(world: World) -> None:
    third = await world.submit(delay=30.0)
    first = await world.submit(delay=10.0)
    second = await world.submit(delay=20.0)
    await world.advance(31)
    await world.store.upkeep(10)
    assert await world.claim_ids() == [first, second, third]


@pytest.mark.one_line
async def test_upkeep_promotes_a_bounded_number_the_earliest_first(world: World) -> None:
    later = [await world.submit(delay=float(delay)) for delay in (50, 40, 30, 20, 10)]
    await world.advance(60)
    assert (await world.store.upkeep(2)).promoted == 2
    assert await world.listed(states=(State.PENDING,), oldest_first=True) == later[3:]
    assert (await world.store.upkeep(2)).more
    assert (await world.store.upkeep(2)).promoted == 1
    assert not (await world.store.upkeep(2)).more


async def test_a_herd_that_is_due_at_once_is_promoted_in_the_end(world: World) -> None:
    ids = await world.submit_many(700, delay=60.0)
    await world.advance(61)
    given: list[str] = []
    while claimed := await world.claim_ids(want=100):
        given += claimed
    assert sorted(given) == sorted(ids)


async def test_run_now_needs_no_waiting(world: World) -> None:
    identifier = await world.submit(delay=3_600.0)
    assert await world.act(Operation.RUN_NOW, identifier) == (identifier, True, State.PENDING)
    assert await world.claim_ids() == [identifier]


@pytest.mark.parametrize("operation", [Operation.RUN_NOW, Operation.CANCEL, Operation.DELETE])
async def test_a_job_that_left_the_schedule_is_not_promoted(world: World, operation: Operation) -> None:
    identifier = await world.submit(delay=60.0)
    await world.act(operation, identifier)
    for claimed in await world.claim():
        await world.complete(claimed.lease)
    before = await world.dump()
    await world.advance(61)
    await world.submit(delay=1.0)
    await world.advance(2)
    assert (await world.store.upkeep(10)).promoted == 1, "only the one that was just submitted"
    assert await world.find(identifier) == before.get(identifier)


async def test_due_in_is_none_when_nothing_is_to_come(world: World) -> None:
    assert (await world.turn()).due_in is None
    await world.submit()
    await world.pause()
    assert (await world.turn(want=1)).due_in is None


async def test_due_in_tells_when_the_next_job_is_due(world: World) -> None:
    await world.submit(delay=300.0)
    await world.submit(delay=60.0)
    assert (await world.turn(want=1)).due_in == world.about(60)
    await world.advance(20)
    assert (await world.turn()).due_in == world.about(40)


async def test_due_in_tells_when_the_next_lease_runs_out(world: World) -> None:
    await world.submit()
    await world.submit(delay=300.0)
    reply = await world.turn(want=1)
    assert reply.due_in == world.about(LEASE)
    await world.complete(reply.claimed[0].lease)
    assert (await world.turn()).due_in == world.about(300)


async def test_due_in_is_at_once_when_more_is_due_than_one_turn_promotes(world: World) -> None:
    await world.submit_many(900, delay=60.0)
    await world.advance(61)
    reply = await world.turn(want=0)
    left = await world.listed(states=(State.SCHEDULED,))
    assert reply.due_in == (0 if left else None)

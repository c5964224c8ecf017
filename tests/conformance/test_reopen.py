"""What is stored stays, whoever closes and opens the store."""

from __future__ import annotations

import asyncio

import pytest

from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import State
from ferryman.store.messages import FeedKind, Report, Turn
from tests.conformance.world import LEASE, NO_ERROR, World


async def test_every_job_is_as_it_was(world: World) -> None:
    states = [state for state in State if state not in (State.BLOCKED, State.PENDING)]
    for state in [*states, State.PENDING]:
        await world.in_state(state, tags=(state.value,), key=state.value, args='{"n": 1}')
    before = await world.dump()
    await world.reopen()
    assert await world.dump() == before
    assert len(before) == len(states) + 1


@pytest.mark.one_line
async def test_the_order_of_the_line_is_kept(world: World) -> None:
    ids = await world.submit_many(5)
    await world.reopen()
    ids.append(await world.submit())
    assert await world.claim_ids() == ids


async def test_a_lease_outlives_the_store_object_that_granted_it(world: World) -> None:
    await world.submit()
    lease = (await world.claim_one()).lease
    await world.reopen()
    assert await world.complete(lease)


async def test_a_turn_sent_again_after_reopening_has_the_same_answer(world: World) -> None:
    await world.submit()
    turn = Turn("w", 99, (), ("work",), (), 5, LEASE)
    before = await world.store.turn(turn)
    await world.reopen()
    assert list((await world.store.turn(turn)).claimed) == list(before.claimed)


async def test_pauses_workers_and_feeds_are_kept(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.extend(lease)
    await world.store.feed.append([Report(lease, FeedKind.LOG, "{}")])
    await world.pause(by="ada")
    await world.reopen()
    assert [row.paused_by for row in await world.store.inspector.queues()] == ["ada"]
    assert [row.info.id for row in await world.store.inspector.workers()] == ["w"]
    assert len(await world.store.feed.read(identifier)) == 1


async def test_attempt_numbers_go_on(world: World) -> None:
    await world.submit()
    await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 0.0))
    await world.reopen()
    assert (await world.claim_one()).attempt == 2


async def test_an_acknowledged_job_is_kept_though_the_store_object_is_never_closed(world: World) -> None:
    identifier = await world.submit()
    other = await world.another()
    assert await world.find(identifier, other) is not None


async def test_closing_one_store_object_leaves_the_other_at_work(world: World) -> None:
    other = await world.another()
    await other.close()
    await world.submit()
    assert len(await world.claim()) == 1


async def test_closing_waits_for_calls_under_way(world: World) -> None:
    store = await world.another()
    jobs = [world.job() for _ in range(20)]
    calls = [asyncio.create_task(store.submit([job])) for job in jobs]
    await asyncio.sleep(0)
    await store.close()
    answers = await asyncio.gather(*calls, return_exceptions=True)
    kept = set(await world.listed())
    for job, answer in zip(jobs, answers, strict=True):
        if isinstance(answer, BaseException):
            assert isinstance(answer, StoreUnavailable)
        else:
            assert answer[0].created
            assert job.id in kept


async def test_a_closed_store_says_that_it_is_unavailable(world: World) -> None:
    store = await world.another()
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.submit([world.job()])
    with pytest.raises(StoreUnavailable):
        await store.inspector.counts()
    with pytest.raises(StoreUnavailable):
        await world.turn(store=store, want=1)


async def test_closing_twice_is_fine(world: World) -> None:
    store = await world.another()
    await store.close()
    await store.close()

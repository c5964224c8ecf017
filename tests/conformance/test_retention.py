"""Retention: how long a job is kept after its end, and what is left when it goes."""

from __future__ import annotations

import pytest

from ferryman.domain.outcome import Outcome
from ferryman.domain.retention import Retention
from ferryman.domain.state import FINAL, Operation, State
from ferryman.store.messages import FeedKind, Report, Submitted
from tests.conformance.world import NO_ERROR, RETENTION, World


@pytest.mark.parametrize("state", sorted(FINAL))
async def test_a_job_is_kept_as_long_as_its_end_says(world: World, state: State) -> None:
    identifier = await world.in_state(state)
    await world.advance(RETENTION.of(state) - 2)
    await world.stir()
    assert (await world.store.upkeep(10)).pruned == 0
    assert await world.state(identifier) is state
    await world.advance(4)
    assert (await world.store.upkeep(10)).pruned == 1
    assert await world.find(identifier) is None


async def test_a_job_that_a_person_cancelled_is_pruned_too(world: World) -> None:
    identifier = await world.submit()
    await world.act(Operation.CANCEL, identifier)
    await world.advance(RETENTION.cancelled + 1)
    await world.store.upkeep(10)
    assert await world.find(identifier) is None


async def test_a_job_that_failed_by_deaths_is_pruned_too(world: World) -> None:
    identifier = await world.submit(max_crashes=1)
    await world.claim_one()
    await world.recover()
    await world.advance(RETENTION.failed - 2)
    assert (await world.store.upkeep(10)).pruned == 0
    await world.advance(3)
    assert (await world.store.upkeep(10)).pruned == 1
    assert await world.find(identifier) is None


async def test_a_job_without_retries_left_is_kept_like_a_failed_one(world: World) -> None:
    identifier = await world.submit(max_retries=0)
    await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 1.0))
    await world.advance(RETENTION.failed - 2)
    await world.store.upkeep(10)
    assert await world.state(identifier) is State.FAILED
    await world.advance(3)
    await world.store.upkeep(10)
    assert await world.find(identifier) is None


async def test_a_job_that_has_not_ended_is_never_pruned(world: World) -> None:
    await world.submit(delay=1e8)
    await world.submit(queue="held")
    await world.pause("held")
    await world.submit()
    lease = (await world.claim_one(lease=10 * RETENTION.cancelled)).lease
    for _ in range(5):
        await world.advance(RETENTION.cancelled)
        await world.extend(lease, lease=10 * RETENTION.cancelled)
        assert (await world.store.upkeep(10)).pruned == 0
    assert len(await world.dump()) == 3


async def test_a_pruned_job_is_gone_with_all_it_had(world: World) -> None:
    job = world.job(tags=("t",), key="k", request="r", fingerprint="f", args='{"n": 1}')
    await world.store.submit([job])
    lease = (await world.claim_one()).lease
    await world.store.feed.append([Report(lease, FeedKind.LOG, '{"message": "hello"}')])
    await world.complete(lease, '"done"')
    await world.advance(RETENTION.completed + 1)
    await world.store.upkeep(10)
    assert await world.dump() == {}
    assert await world.listed(tags=("t",)) == []
    assert await world.store.feed.read(job.id) == []
    again = world.job(tags=("other",), key="k", request="r", fingerprint="g")
    [answer] = await world.store.submit([again])
    assert answer == Submitted(again.id, True)
    assert await world.listed(tags=("t",)) == []


async def test_the_time_counts_from_the_end_and_not_from_the_submit(world: World) -> None:
    identifier = await world.submit()
    await world.advance(10 * RETENTION.completed)
    await world.complete((await world.claim_one()).lease)
    await world.stir()
    assert (await world.store.upkeep(10)).pruned == 0
    assert await world.state(identifier) is State.COMPLETED


async def test_a_job_that_a_person_retries_is_kept_until_it_ends_again(world: World) -> None:
    identifier = await world.in_state(State.COMPLETED)
    await world.act(Operation.RETRY, identifier)
    await world.pause()
    await world.advance(2 * RETENTION.completed)
    assert (await world.store.upkeep(10)).pruned == 0
    await world.resume()
    await world.stir()
    await world.complete((await world.claim_one()).lease)
    await world.advance(RETENTION.completed + 1)
    assert (await world.store.upkeep(10)).pruned == 1
    assert await world.find(identifier) is None


async def test_a_job_that_ended_twice_is_kept_from_its_last_end(world: World) -> None:
    # Seen red when what was noted at the first end still counted.
    identifier = await world.in_state(State.COMPLETED)
    await world.advance(0.6 * RETENTION.completed)
    await world.act(Operation.RETRY, identifier)
    await world.complete((await world.claim_one()).lease)
    await world.advance(0.6 * RETENTION.completed)
    await world.stir()
    assert (await world.store.upkeep(10)).pruned == 0
    assert await world.state(identifier) is State.COMPLETED
    await world.advance(0.5 * RETENTION.completed)
    assert (await world.store.upkeep(10)).pruned == 1


@pytest.mark.one_line
async def test_upkeep_prunes_a_bounded_number_and_says_that_there_is_more(world: World) -> None:
    for _ in range(5):
        await world.in_state(State.COMPLETED)
    await world.advance(RETENTION.completed + 1)
    rounds = [await world.store.upkeep(2) for _ in range(3)]
    assert [done.pruned for done in rounds] == [2, 2, 1]
    assert [done.more for done in rounds] == [True, True, False]


@pytest.mark.one_line
async def test_what_is_longest_overdue_goes_first(world: World) -> None:
    first = await world.in_state(State.COMPLETED)
    await world.advance(10)
    second = await world.in_state(State.COMPLETED)
    await world.advance(RETENTION.completed + 1)
    await world.store.upkeep(1)
    assert [await world.state(first), await world.state(second)] == [None, State.COMPLETED]


async def test_nothing_kept_means_gone_at_the_next_upkeep(world: World) -> None:
    hasty = await world.another(Retention(completed=0.0, failed=0.0, cancelled=0.0))
    identifier = await world.submit()
    lease = (await world.claim_one(store=hasty)).lease
    assert await world.finish(Outcome.completed(lease, "1"), store=hasty) == [True]
    await world.advance(1)
    await hasty.upkeep(10)
    assert await world.find(identifier) is None

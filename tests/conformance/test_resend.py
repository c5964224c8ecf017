"""Any call may be sent again when its answer was lost: the same answer comes, and nothing more happens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation, State
from ferryman.store.messages import TRACKS, Turn
from tests.conformance.world import LEASE, NO_ERROR, World


def turn(request: int, *outcomes: Outcome, want: int = 0, worker: str = "w") -> Turn:
    return Turn(worker, request, (), ("work",), outcomes, want, LEASE)


@pytest.mark.one_line
async def test_a_claim_sent_again_gives_the_same_jobs(world: World) -> None:
    ids = await world.submit_many(5)
    first = await world.store.turn(turn(77, want=3))
    again = await world.store.turn(turn(77, want=3))
    assert [claimed.id for claimed in again.claimed] == ids[:3]
    assert list(again.claimed) == list(first.claimed)


async def test_a_claim_of_the_last_job_sent_again_gives_it_again(world: World) -> None:
    await world.submit()
    first = await world.store.turn(turn(77, want=3))
    again = await world.store.turn(turn(77, want=3))
    assert list(again.claimed) == list(first.claimed)
    assert len(again.claimed) == 1


async def test_a_claim_sent_again_through_another_store_object_gives_the_same_jobs(world: World) -> None:
    await world.submit()
    first = await world.store.turn(turn(77, want=3))
    again = await (await world.another()).turn(turn(77, want=3))
    assert list(again.claimed) == list(first.claimed)


async def test_the_answers_to_turns_on_two_tracks_are_kept_side_by_side(world: World) -> None:
    # Seen red when one answer per worker was kept: the jobs of the first claim waited for their leases to end.
    await world.submit_many(4)
    asked = [replace(turn(77 + track, want=2), track=track) for track in range(TRACKS)]
    first = [await world.store.turn(one) for one in asked]
    again = [await world.store.turn(one) for one in asked]
    assert [list(reply.claimed) for reply in again] == [list(reply.claimed) for reply in first]
    assert sum(len(reply.claimed) for reply in again) == 4
    await world.store.retire("w")
    assert [list((await world.store.turn(one)).claimed) for one in asked] == [[], []]


async def test_a_finish_sent_again_is_accepted_again_without_effect(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    refused = Outcome.completed(lease._replace(nonce=1), "1")
    request = turn(78, refused, Outcome.completed(lease, '"done"'))
    assert list((await world.store.turn(request)).accepted) == [False, True]
    before = await world.get(identifier)
    await world.advance(1)
    assert list((await world.store.turn(request)).accepted) == [False, True]
    assert await world.get(identifier) == before


async def test_a_retry_sent_again_is_counted_once(world: World) -> None:
    identifier = await world.submit()
    request = turn(78, Outcome.retried((await world.claim_one()).lease, NO_ERROR, 60.0))
    for _ in range(3):
        assert list((await world.store.turn(request)).accepted) == [True]
    job = await world.get(identifier)
    assert (job.retries, job.state, job.attempt) == (1, State.SCHEDULED, 1)


async def test_a_turn_that_finished_and_claimed_is_answered_the_same_again(world: World) -> None:
    await world.submit_many(3)
    first = await world.claim_one()
    request = turn(78, Outcome.completed(first.lease, "1"), want=2)
    one, two = await world.store.turn(request), await world.store.turn(request)
    assert (list(one.accepted), list(one.claimed)) == (list(two.accepted), list(two.claimed))
    assert len(one.claimed) == 2


async def test_a_release_and_a_claim_in_one_turn_sent_again_keep_the_new_lease(world: World) -> None:
    identifier = await world.submit()
    first = await world.claim_one()
    request = turn(78, Outcome.released(first.lease), want=1)
    [again] = (await world.store.turn(request)).claimed
    assert (again.id, again.attempt) == (identifier, 2)
    assert list((await world.store.turn(request)).claimed) == [again]
    assert await world.complete(again.lease)


@pytest.mark.one_line
async def test_the_same_number_from_another_worker_is_another_request(world: World) -> None:
    ids = await world.submit_many(2)
    [first] = (await world.store.turn(turn(77, want=1, worker="w1"))).claimed
    [second] = (await world.store.turn(turn(77, want=1, worker="w2"))).claimed
    assert [first.id, second.id] == ids


@pytest.mark.one_line
async def test_a_job_cancelled_between_two_sendings_is_not_given(world: World) -> None:
    ids = await world.submit_many(2)
    await world.store.turn(turn(77, want=2))
    await world.act(Operation.CANCEL, ids[0])
    again = await world.store.turn(turn(77, want=2))
    assert [claimed.id for claimed in again.claimed] == ids[1:]


async def test_a_job_recovered_between_two_sendings_is_not_given(world: World) -> None:
    await world.submit_many(2)
    await world.store.turn(turn(77, want=2))
    await world.recover()
    taken = await world.claim_ids(want=1, worker="another")
    again = await world.store.turn(turn(77, want=2))
    assert not {claimed.id for claimed in again.claimed} & set(taken)


async def test_heartbeats_may_come_twice(world: World) -> None:
    await world.submit()
    lease = (await world.claim_one()).lease
    assert await world.extend(lease, lease) == await world.extend(lease, lease)


async def test_actions_sent_again_are_refused_without_harm(world: World) -> None:
    identifier = await world.submit()
    assert await world.act(Operation.CANCEL, identifier) == (identifier, True, State.CANCELLED)
    assert await world.act(Operation.CANCEL, identifier) == (identifier, False, State.CANCELLED)


async def test_upkeep_twice_is_upkeep_once(world: World) -> None:
    await world.in_state(State.COMPLETED)
    await world.submit(delay=10.0)
    await world.advance(5_000)
    assert (await world.store.upkeep(10)).promoted == 1
    again = await world.store.upkeep(10)
    assert (again.promoted, again.recovered, again.pruned, again.more) == (0, 0, 0, False)

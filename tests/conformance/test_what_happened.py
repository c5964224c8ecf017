"""What happened is counted in the step that makes it happen: once, whatever comes back, is sent again or is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ferryman.domain.job import NewJob
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation, State
from ferryman.store.messages import Turn
from tests.conformance.happened import Happened, happened, history, runs, waits
from tests.conformance.world import LEASE, NO_ERROR, RETENTION, World

# --- every end


async def test_jobs_that_are_stored_are_counted(world: World) -> None:
    await world.submit()
    await world.submit(delay=60.0)
    await world.submit_many(5, queue="mail")
    assert await happened(world.store) == Happened(submitted=7)
    assert await happened(world.store, queue="mail") == Happened(submitted=5)


ENDS = [
    (lambda lease: Outcome.completed(lease, "1"), Happened(completed=1)),
    (lambda lease: Outcome.failed(lease, NO_ERROR), Happened(failed=1)),
    (lambda lease: Outcome.cancelled(lease, NO_ERROR), Happened(cancelled=1)),
    (lambda lease: Outcome.retried(lease, NO_ERROR, 3.0), Happened(retried=1)),
    (lambda lease: Outcome.snoozed(lease, 3.0), Happened()),
    (Outcome.released, Happened()),
]


@pytest.mark.parametrize(("outcome", "expected"), ENDS, ids=[str(number) for number in range(len(ENDS))])
async def test_each_outcome_is_counted_as_what_it_is(world: World, outcome: object, expected: Happened) -> None:
    assert callable(outcome)
    await world.submit()
    lease = (await world.claim_one()).lease
    assert await world.finish(outcome(lease)) == [True]
    assert await happened(world.store) == expected._replace(submitted=1)
    assert runs((await history(world.store)).rows).total == 1


async def test_a_retry_that_the_budget_does_not_give_is_a_failure(world: World) -> None:
    await world.submit(max_retries=1)
    for _ in range(2):
        await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 0.0))
    assert await happened(world.store) == Happened(submitted=1, retried=1, failed=1)


async def test_a_dead_worker_is_counted_and_the_job_that_it_fails(world: World) -> None:
    await world.submit(max_crashes=2)
    for _ in range(2):
        await world.claim_one()
        await world.recover()
    assert await happened(world.store) == Happened(submitted=1, crashed=2, failed=1)
    assert runs((await history(world.store)).rows).total == 0, "nobody knows how long it ran"


async def test_a_refused_outcome_is_not_counted(world: World) -> None:
    await world.submit()
    late = (await world.claim_one()).lease
    await world.recover()
    forged = late._replace(nonce=late.nonce ^ 1)
    assert await world.finish(Outcome.completed(late, "1"), Outcome.failed(forged, NO_ERROR)) == [False, False]
    assert await happened(world.store) == Happened(submitted=1, crashed=1)


async def test_of_two_outcomes_for_one_lease_one_is_counted(world: World) -> None:
    await world.submit()
    lease = (await world.claim_one()).lease
    await world.finish(Outcome.completed(lease, "1"), Outcome.failed(lease, NO_ERROR))
    assert await happened(world.store) == Happened(submitted=1, completed=1)
    assert runs((await history(world.store)).rows).total == 1


# --- again and again


async def test_a_turn_that_is_sent_again_is_counted_once(world: World) -> None:
    await world.submit_many(4)
    leases = [claimed.lease for claimed in await world.claim(2)]
    outcomes = Outcome.completed(leases[0], "1"), Outcome.retried(leases[1], NO_ERROR, 9.0)
    turn = Turn("w", 77, (), ("work",), outcomes, 2, LEASE)
    first, second = await world.store.turn(turn), await world.store.turn(turn)
    assert (first.accepted, first.claimed) == (second.accepted, second.claimed)
    assert await happened(world.store) == Happened(submitted=4, completed=1, retried=1)
    assert (waits((await history(world.store)).rows).total, runs((await history(world.store)).rows).total) == (4, 2)


async def test_a_submit_that_is_sent_again_is_counted_once(world: World) -> None:
    jobs = [world.job(key="k"), world.job(), world.job(request="r", fingerprint="f")]
    await world.store.submit(jobs)
    await world.store.submit(jobs)
    await world.store.submit([world.job(key="k"), world.job(request="r", fingerprint="other")])
    assert await happened(world.store) == Happened(submitted=3)


async def test_what_is_counted_survives_a_new_process(world: World) -> None:
    await world.submit_many(3)
    await world.complete((await world.claim(1))[0].lease)
    await world.reopen()
    assert await happened(world.store) == Happened(submitted=3, completed=1)


# --- people


async def test_what_people_do_is_counted(world: World) -> None:
    scheduled, pending = await world.submit(delay=60.0), await world.submit()
    running = await world.submit(priority=9)
    await world.claim_one()
    for identifier in (scheduled, pending, running):
        await world.act(Operation.CANCEL, identifier)
        await world.act(Operation.CANCEL, identifier)  # a second time there is nothing to cancel
    assert await happened(world.store) == Happened(submitted=3, cancelled=3)
    await world.act(Operation.RETRY, pending)
    await world.complete((await world.claim_one()).lease)
    await world.act(Operation.DELETE, pending)
    assert await happened(world.store) == Happened(submitted=3, cancelled=3, completed=1)


async def test_an_action_on_many_jobs_counts_each(world: World) -> None:
    ids = [*await world.submit_many(400), *await world.submit_many(200, queue="mail")]
    await world.store.inspector.act(Operation.CANCEL, [*ids, ids[0]])
    assert await happened(world.store) == Happened(submitted=600, cancelled=600)
    assert await happened(world.store, queue="mail") == Happened(submitted=200, cancelled=200)


async def test_pruning_forgets_jobs_and_not_what_happened(world: World) -> None:
    await world.submit()
    await world.complete((await world.claim_one()).lease)
    await world.advance(RETENTION.completed + 1)
    assert (await world.store.upkeep(10)).pruned == 1
    assert await happened(world.store) == Happened(submitted=1, completed=1)


async def test_what_another_store_had_counted_is_not_counted_here(world: World) -> None:
    """A job that moved here was submitted here, and what it went through before is another store's history."""
    identifier = await world.submit()
    await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 0.0))
    job = await world.get(identifier)
    await world.act(Operation.CANCEL, identifier)
    before = await happened(world.store)
    await world.store.submit([NewJob.carried(replace(job, id=world.job().id, state=State.PENDING))])
    assert await happened(world.store) == before._replace(submitted=before.submitted + 1)

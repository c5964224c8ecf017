"""Leases: how long a worker holds a job, and what happens when it dies."""

from __future__ import annotations

import json

import pytest

from ferryman.domain.lease import Lease, LeaseState
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.state import Operation, State
from tests.conformance.world import LEASE, NO_ERROR, World

HELD, LOST, CANCELLED = LeaseState.HELD, LeaseState.LOST, LeaseState.CANCELLED


async def test_a_heartbeat_extends_a_lease(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    for _ in range(5):
        await world.advance(LEASE - 2)
        assert list((await world.extend(lease)).leases) == [HELD]
        await world.store.upkeep(10)
    job = await world.get(identifier)
    assert (job.state, job.attempt) == (State.PROCESSING, 1)
    assert job.lease_until == world.about(world.now() + LEASE)
    assert await world.complete(lease)


async def test_a_lease_that_is_not_extended_runs_out(world: World) -> None:
    identifier = await world.submit()
    await world.claim_one()
    await world.advance(LEASE - 2)
    await world.stir()
    assert (await world.store.upkeep(10)).recovered == 0
    assert await world.state(identifier) is State.PROCESSING
    await world.advance(3)
    assert (await world.store.upkeep(10)).recovered == 1
    job = await world.get(identifier)
    assert (job.state, job.crashes, job.retries, job.attempt) == (State.PENDING, 1, 0, 1)


async def test_a_job_that_its_living_worker_forgot_comes_back(world: World) -> None:
    await world.submit_many(2)
    kept, forgotten = await world.claim(2)
    for _ in range(2):
        await world.advance(LEASE - 2)
        await world.extend(kept.lease)
    await world.store.upkeep(10)
    assert await world.state(forgotten.id) is State.PENDING
    assert await world.state(kept.id) is State.PROCESSING


async def test_a_lease_is_as_long_as_its_turn_says(world: World) -> None:
    await world.submit_many(2)
    short, long = await world.claim_one(lease=5.0), await world.claim_one(lease=50.0)
    await world.advance(10)
    await world.store.upkeep(10)
    assert list((await world.extend(short.lease, long.lease)).leases) == [LOST, HELD]


async def test_a_heartbeat_never_takes_a_lost_lease_back(world: World) -> None:
    identifier = await world.submit()
    lost = (await world.claim_one()).lease
    await world.recover()
    assert list((await world.extend(lost)).leases) == [LOST]
    assert await world.state(identifier) is State.PENDING
    current = (await world.claim_one()).lease
    before = await world.get(identifier)
    assert list((await world.extend(lost, lease=1_000.0)).leases) == [LOST]
    assert await world.get(identifier) == before
    assert await world.complete(current)
    assert list((await world.extend(lost, current)).leases) == [LOST, LOST]


@pytest.mark.one_line
async def test_a_heartbeat_tells_that_the_job_was_cancelled(world: World) -> None:
    cancelled_id, kept_id = await world.submit_many(2)
    cancelled, kept = await world.claim(2)
    await world.act(Operation.CANCEL, cancelled_id)
    assert list((await world.extend(cancelled.lease, kept.lease)).leases) == [CANCELLED, HELD]
    assert await world.state(cancelled_id) is State.CANCELLED
    assert await world.state(kept_id) is State.PROCESSING


async def test_a_lease_is_not_kept_by_a_forged_token(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    forged = [lease._replace(nonce=lease.nonce ^ 1), lease._replace(attempt=2), Lease("0" * 8, 1, lease.nonce)]
    assert list((await world.extend(*forged, lease=1_000.0)).leases) == [LOST, LOST, LOST]
    assert (await world.get(identifier)).lease_until == world.about(world.now() + LEASE)


async def test_the_leases_of_a_heartbeat_are_answered_in_order(world: World) -> None:
    await world.submit_many(4)
    leases = [claimed.lease for claimed in await world.claim(4)]
    await world.complete(leases[2])
    assert list((await world.extend(*reversed(leases))).leases) == [HELD, LOST, HELD, HELD]
    assert list((await world.extend()).leases) == []


@pytest.mark.one_line
async def test_upkeep_recovers_a_dead_workers_jobs(world: World) -> None:
    ids = await world.submit_many(3)
    await world.claim(3, worker="dead")
    await world.advance(LEASE + 1)
    assert (await world.store.upkeep(10)).recovered == 3
    assert await world.claim_ids(worker="alive") == ids


@pytest.mark.one_line
async def test_another_workers_turn_recovers_and_claims_a_dead_workers_jobs(world: World) -> None:
    ids = await world.submit_many(3)
    await world.claim(3, worker="dead")
    await world.advance(LEASE + 1)
    claimed = await world.claim(10, worker="alive")
    assert [job.id for job in claimed] == ids
    assert {(job.attempt, job.crashes) for job in claimed} == {(2, 1)}


async def test_an_idle_turn_recovers_too(world: World) -> None:
    identifier = await world.submit("work")
    await world.claim_one()
    await world.advance(LEASE + 1)
    await world.turn(want=0, tasks=("other",), worker="passing")
    assert await world.state(identifier) is State.PENDING


@pytest.mark.one_line
async def test_a_recovered_job_goes_before_those_submitted_later(world: World) -> None:
    first = await world.submit()
    await world.claim_one(worker="dead")
    second = await world.submit()
    await world.recover()
    assert await world.claim_ids() == [first, second]


async def test_a_frozen_worker_may_finish_while_nobody_has_taken_its_job(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.advance(LEASE + 1)
    assert await world.complete(lease), "the work is done and nobody else has begun it"
    await world.store.upkeep(10)
    job = await world.get(identifier)
    assert (job.state, job.crashes) == (State.COMPLETED, 0)


async def test_a_job_survives_fewer_deaths_than_its_budget(world: World) -> None:
    identifier = await world.submit(max_crashes=3)
    for deaths in (1, 2):
        await world.claim_one(worker=f"w{deaths}")
        await world.recover()
        job = await world.get(identifier)
        assert (job.state, job.crashes) == (State.PENDING, deaths)
    await world.complete((await world.claim_one()).lease)
    assert await world.state(identifier) is State.COMPLETED


async def test_the_last_death_of_the_budget_fails_the_job(world: World) -> None:
    identifier = await world.submit(max_crashes=3, max_retries=9)
    for number in range(3):
        await world.claim_one(worker=f"w{number}")
        await world.recover()
    job = await world.get(identifier)
    assert (job.state, job.crashes, job.retries) == (State.FAILED, 3, 0)
    assert "the worker died 3 times" in json.loads(job.error or "")["message"]
    assert job.finished_at == world.about(world.now())
    assert await world.claim() == []


@pytest.mark.parametrize("budget", [0, 1])
async def test_at_most_once_means_that_the_first_death_fails_the_job(world: World, budget: int) -> None:
    identifier = await world.submit(max_crashes=budget, max_retries=9)
    await world.claim_one()
    await world.recover()
    job = await world.get(identifier)
    assert (job.state, job.crashes) == (State.FAILED, 1)
    assert "the worker died 1 time" in json.loads(job.error or "")["message"]
    assert await world.claim() == []


async def test_an_error_and_a_death_spend_different_budgets(world: World) -> None:
    identifier = await world.submit(max_crashes=2, max_retries=1)
    await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 0.0))
    await world.claim_one()
    await world.recover()
    job = await world.get(identifier)
    assert (job.state, job.retries, job.crashes) == (State.PENDING, 1, 1)
    await world.complete((await world.claim_one()).lease)
    assert await world.state(identifier) is State.COMPLETED


async def test_the_death_is_in_the_history(world: World) -> None:
    identifier = await world.submit()
    await world.claim_one(worker="dead")
    await world.recover()
    [attempt] = (await world.get(identifier)).attempts or ()
    assert (attempt.number, attempt.worker, attempt.ending) == (1, "dead", Ending.CRASHED)
    assert "dead" in json.loads(attempt.error or "")["message"]


@pytest.mark.one_line
async def test_upkeep_recovers_a_bounded_number_and_says_that_there_is_more(world: World) -> None:
    await world.submit_many(5)
    await world.claim(5)
    await world.advance(LEASE + 1)
    one, two, three = [await world.store.upkeep(2) for _ in range(3)]
    assert [one.recovered, two.recovered, three.recovered] == [2, 2, 1]
    assert (one.more, two.more) == (True, True)
    assert not (await world.store.upkeep(2)).more


async def test_two_store_objects_recover_a_job_once(world: World) -> None:
    identifier = await world.submit()
    await world.claim_one()
    other = await world.another()
    await world.advance(LEASE + 1)
    assert (await world.store.upkeep(10)).recovered + (await other.upkeep(10)).recovered == 1
    assert (await world.get(identifier)).crashes == 1


async def test_a_retired_workers_leases_still_run_out(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.extend(lease)
    await world.store.retire("w")
    assert await world.state(identifier) is State.PROCESSING
    await world.recover()
    assert await world.state(identifier) is State.PENDING

"""How an attempt ends, and who may say so."""

from __future__ import annotations

import asyncio

import pytest

from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Ending, Outcome, error_text
from ferryman.domain.state import Operation, State
from tests.conformance.world import NO_ERROR, World


async def test_a_completed_job_keeps_its_result(world: World) -> None:
    identifier = await world.submit()
    claimed = await world.claim_one()
    await world.advance(5)
    assert await world.complete(claimed.lease, '{"big": 123456789012345678901234567890, "text": "ü"}')
    job = await world.get(identifier)
    assert (job.state, job.error) == (State.COMPLETED, None)
    assert job.result == '{"big": 123456789012345678901234567890, "text": "ü"}'
    assert job.finished_at == world.about(world.now())


@pytest.mark.parametrize("result", ["null", "0", '""', "[]", "false"])
async def test_an_empty_result_is_a_result(world: World, result: str) -> None:
    identifier = await world.submit()
    await world.complete((await world.claim_one()).lease, result)
    assert (await world.get(identifier)).result == result


async def test_a_failed_job_keeps_its_error(world: World) -> None:
    identifier = await world.submit()
    error = error_text("ValueError", 'quoted "text" ü', "line 1\nline 2")
    assert await world.finish(Outcome.failed((await world.claim_one()).lease, error)) == [True]
    job = await world.get(identifier)
    assert (job.state, job.error, job.result, job.retries) == (State.FAILED, error, None, 0)


async def test_a_job_may_cancel_itself(world: World) -> None:
    identifier = await world.submit()
    assert await world.finish(Outcome.cancelled((await world.claim_one()).lease, NO_ERROR)) == [True]
    job = await world.get(identifier)
    assert (job.state, job.error) == (State.CANCELLED, NO_ERROR)


async def test_a_retried_job_waits_and_counts_the_retry(world: World) -> None:
    identifier = await world.submit(max_retries=2)
    assert await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 30.0)) == [True]
    job = await world.get(identifier)
    assert (job.state, job.retries, job.error) == (State.SCHEDULED, 1, NO_ERROR)
    assert job.run_at == world.about(world.now() + 30)
    await world.advance(28)
    assert await world.claim() == []
    await world.advance(3)
    claimed = await world.claim_one()
    assert (claimed.attempt, claimed.retries, claimed.retries_left) == (2, 1, 1)


@pytest.mark.parametrize("budget", [0, 1, 3])
async def test_a_retry_without_retries_left_is_a_failure(world: World, budget: int) -> None:
    identifier = await world.submit(max_retries=budget)
    for number in range(budget + 1):
        assert await world.state(identifier) is not State.FAILED, f"failed after {number} attempts"
        await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 1.0))
        await world.advance(2)
        await world.store.upkeep(10)
    job = await world.get(identifier)
    assert (job.state, job.retries, job.attempt, job.error) == (State.FAILED, budget, budget + 1, NO_ERROR)
    assert await world.claim() == []


async def test_a_snoozed_job_waits_and_spends_nothing(world: World) -> None:
    identifier = await world.submit(max_retries=0, max_crashes=1)
    for _ in range(5):
        await world.finish(Outcome.snoozed((await world.claim_one()).lease, 60.0))
        job = await world.get(identifier)
        assert (job.state, job.retries, job.crashes) == (State.SCHEDULED, 0, 0)
        assert job.run_at == world.about(world.now() + 60)
        await world.advance(61)
    assert (await world.claim_one()).attempt == 6


async def test_a_released_job_spends_nothing(world: World) -> None:
    identifier = await world.submit(max_retries=0, max_crashes=1)
    for _ in range(5):
        await world.finish(Outcome.released((await world.claim_one()).lease))
        job = await world.get(identifier)
        assert (job.state, job.retries, job.crashes, job.finished_at) == (State.PENDING, 0, 0, None)
    assert (await world.claim_one()).attempt == 6


@pytest.mark.one_line
async def test_a_released_job_keeps_its_place_in_line(world: World) -> None:
    ids = await world.submit_many(4)
    first, second = await world.claim(2)
    await world.finish(Outcome.released(second.lease), Outcome.released(first.lease))
    await world.submit(priority=4)
    assert (await world.claim_ids())[:4] == ids


@pytest.mark.one_line
async def test_several_outcomes_in_one_turn_are_judged_one_by_one(world: World) -> None:
    ids = await world.submit_many(4)
    one, two, three, four = [claimed.lease for claimed in await world.claim(4)]
    await world.complete(two)
    answers = await world.finish(
        Outcome.completed(one, "1"),
        Outcome.completed(two, "2"),
        Outcome.failed(three, NO_ERROR),
        Outcome.released(four._replace(nonce=four.nonce ^ 1)),
    )
    assert answers == [True, False, True, False]
    states = [await world.state(identifier) for identifier in ids]
    assert states == [State.COMPLETED, State.COMPLETED, State.FAILED, State.PROCESSING]


async def test_two_outcomes_for_one_lease_in_one_turn_end_it_once(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    answers = await world.finish(Outcome.completed(lease, '"first"'), Outcome.failed(lease, NO_ERROR))
    assert answers == [True, False]
    assert (await world.get(identifier)).result == '"first"'


def wrong_tokens(lease: Lease) -> dict[str, Lease]:
    return {
        "another nonce": lease._replace(nonce=lease.nonce ^ 1),
        "no nonce": lease._replace(nonce=0),
        "a later attempt": lease._replace(attempt=lease.attempt + 1),
        "an earlier attempt": lease._replace(attempt=lease.attempt - 1),
        "no such job": lease._replace(job_id="00000000-0000-7000-8000-000000000000"),
    }


@pytest.mark.parametrize("ending", [ending for ending in Ending if ending is not Ending.CRASHED])
async def test_a_forged_token_changes_nothing(world: World, ending: Ending) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    before = await world.get(identifier)
    forged = wrong_tokens(lease)
    answers = await world.finish(*[Outcome(token, ending, "1", NO_ERROR, 1.0) for token in forged.values()])
    assert dict(zip(forged, answers, strict=True)) == dict.fromkeys(forged, False)
    assert await world.get(identifier) == before
    assert await world.complete(lease)


async def test_the_token_of_another_job_of_the_same_turn_does_not_fit(world: World) -> None:
    await world.submit()
    [first] = await world.claim(1)
    await world.finish(Outcome.released(first.lease))
    await world.submit()
    claimed = await world.claim(2)
    mixed = claimed[0].lease._replace(attempt=claimed[1].attempt)
    assert claimed[0].attempt != claimed[1].attempt
    assert await world.finish(Outcome.completed(mixed, "1")) == [False]


@pytest.mark.parametrize("ending", [ending for ending in Ending if ending is not Ending.CRASHED])
async def test_an_outcome_is_recorded_once(world: World, ending: Ending) -> None:
    identifier = await world.submit()
    outcome = Outcome((await world.claim_one()).lease, ending, '"first"', NO_ERROR, 60.0)
    assert await world.finish(outcome) == [True]
    before = await world.get(identifier)
    assert await world.finish(outcome) == [False]
    assert await world.get(identifier) == before


async def test_one_of_many_concurrent_outcomes_counts(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    stores = [world.store, await world.another()]
    calls = [world.finish(Outcome.completed(lease, str(n)), worker=f"w{n}", store=stores[n % 2]) for n in range(20)]
    answers = await asyncio.gather(*calls)
    [winner] = [n for n, accepted in enumerate(answers) if accepted == [True]]
    assert (await world.get(identifier)).result == str(winner)


async def test_the_token_of_an_earlier_attempt_is_stale(world: World) -> None:
    identifier = await world.submit()
    stale = (await world.claim_one()).lease
    await world.finish(Outcome.released(stale))
    assert not await world.complete(stale)
    current = (await world.claim_one()).lease
    assert not await world.complete(stale, '"stale"')
    assert await world.complete(current, '"current"')
    assert (await world.get(identifier)).result == '"current"'


async def test_a_worker_whose_job_was_recovered_cannot_finish_it(world: World) -> None:
    identifier = await world.submit()
    late = (await world.claim_one(worker="frozen")).lease
    await world.recover()
    assert not await world.complete(late)
    current = (await world.claim_one(worker="awake")).lease
    assert not await world.complete(late)
    assert (await world.get(identifier)).worker == "awake"
    assert await world.complete(current)
    assert not await world.complete(late)


@pytest.mark.parametrize("operation", [Operation.CANCEL, Operation.DELETE])
async def test_a_worker_whose_job_was_taken_by_a_person_cannot_finish_it(world: World, operation: Operation) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.act(Operation.CANCEL, identifier)
    await world.act(operation, identifier)
    before = await world.find(identifier)
    assert not await world.complete(lease)
    assert await world.find(identifier) == before


async def test_a_cancelled_job_that_a_person_retries_has_a_new_token(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.act(Operation.CANCEL, identifier)
    await world.act(Operation.RETRY, identifier)
    assert not await world.complete(lease)
    again = await world.claim_one()
    assert again.attempt == 2
    assert not await world.complete(lease)
    assert await world.complete(again.lease)

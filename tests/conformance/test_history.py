"""The attempts of a job: each that ended is written down once."""

from __future__ import annotations

from ferryman.domain.job import Attempt
from ferryman.domain.outcome import Ending, Outcome, error_text
from ferryman.domain.state import Operation, State
from tests.conformance.world import NO_ERROR, World


async def attempts(world: World, identifier: str) -> list[Attempt]:
    """Return the ended attempts of a job."""
    return [attempt for attempt in (await world.get(identifier)).attempts or () if attempt.ending is not None]


async def test_an_attempt_is_written_down_with_who_when_and_how(world: World) -> None:
    identifier = await world.submit()
    await world.advance(10)
    started = world.now()
    lease = (await world.claim_one(worker="w1")).lease
    assert await attempts(world, identifier) == []
    await world.advance(5)
    await world.complete(lease)
    [attempt] = await attempts(world, identifier)
    assert (attempt.number, attempt.worker, attempt.ending, attempt.error) == (1, "w1", Ending.COMPLETED, None)
    assert attempt.started_at == world.about(started)
    assert attempt.finished_at == world.about(started + 5)


async def test_every_ending_is_written_down_once(world: World) -> None:
    identifier = await world.submit(max_retries=1)
    error = error_text("TimeoutError", "too long")
    for number, ending in enumerate(
        [Ending.RETRIED, Ending.SNOOZED, Ending.RELEASED, Ending.CRASHED, Ending.RETRIED], start=1
    ):
        claimed = await world.claim_one(worker=f"w{number}")
        if ending is Ending.CRASHED:
            await world.recover()
        else:
            said = error if ending is Ending.RETRIED else None
            await world.finish(Outcome(claimed.lease, ending, None, said, 0.0))
    history = await attempts(world, identifier)
    assert [(attempt.number, attempt.worker) for attempt in history] == [(n, f"w{n}") for n in range(1, 6)]
    # The last one asked for a retry that the budget does not give, so it failed.
    expected = [Ending.RETRIED, Ending.SNOOZED, Ending.RELEASED, Ending.CRASHED, Ending.FAILED]
    assert [attempt.ending for attempt in history] == expected
    assert [history[0].error, history[4].error] == [error, error]


async def test_numbers_go_on_when_a_person_retries(world: World) -> None:
    identifier = await world.in_state(State.FAILED)
    await world.act(Operation.RETRY, identifier)
    await world.complete((await world.claim_one()).lease)
    await world.act(Operation.RETRY, identifier)
    await world.finish(Outcome.failed((await world.claim_one()).lease, NO_ERROR))
    history = await attempts(world, identifier)
    assert [attempt.number for attempt in history] == [1, 2, 3]
    assert [attempt.ending for attempt in history] == [Ending.FAILED, Ending.COMPLETED, Ending.FAILED]


async def test_a_refused_outcome_is_not_written_down(world: World) -> None:
    identifier = await world.submit()
    late = (await world.claim_one()).lease
    await world.recover()
    await world.finish(Outcome.failed(late, NO_ERROR))
    assert [attempt.ending for attempt in await attempts(world, identifier)] == [Ending.CRASHED]


async def test_a_job_shows_its_latest_error_until_it_completes(world: World) -> None:
    identifier = await world.submit()
    for message in ("first", "second"):
        error = error_text("ValueError", message)
        await world.finish(Outcome.retried((await world.claim_one()).lease, error, 0.0))
        assert (await world.get(identifier)).error == error
    await world.complete((await world.claim_one()).lease)
    assert (await world.get(identifier)).error is None


async def test_a_long_life_keeps_every_attempt(world: World) -> None:
    identifier = await world.submit(max_retries=100)
    for _ in range(60):
        await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 0.0))
    assert [attempt.number for attempt in await attempts(world, identifier)] == list(range(1, 61))

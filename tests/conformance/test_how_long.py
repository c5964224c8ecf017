"""How long jobs wait and attempts run is counted by classes, in the step that ends the waiting or the running."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ferryman.domain.histogram import Histogram, class_of
from ferryman.domain.job import NewJob
from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation
from ferryman.store.history import Step
from tests.conformance.happened import history, runs, waits
from tests.conformance.world import NO_ERROR, World

MINUTE = 60.0


def histogram(*seconds: float) -> Histogram:
    return Histogram.of((class_of(one), 1) for one in seconds)


async def test_waits_are_from_when_a_job_could_be_claimed_to_its_first_claim(world: World) -> None:
    await world.submit(queue="at-once")
    await world.submit(queue="later", delay=10.0)
    await world.advance(12.0)
    await world.claim_one(queues=("at-once",))
    await world.advance(3.0)
    await world.claim_one(queues=("later",))
    assert waits((await history(world.store)).rows) == histogram(12.0, 5.0)


async def test_a_second_claim_is_no_wait(world: World) -> None:
    await world.submit()
    await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 0.0))
    await world.advance(50)
    await world.finish(Outcome.released((await world.claim_one()).lease))
    await world.claim_one()
    assert waits((await history(world.store)).rows).total == 1


@pytest.mark.parametrize("lanes", [1, 2])
async def test_jobs_of_one_batch_are_told_apart_by_how_long_they_waited(world: World, lanes: int) -> None:
    # The waits are the sums of these from an age on: of many classes, next to each other, and clear of their bounds.
    ages, expected = [100.0, 39.0, 3.9, 0.31, 0.04], list[float]()
    for age in ages:
        for number in range(lanes):
            await world.submit_many(3, ("work", "other")[number], queue=f"queue-{number}")
        await world.advance(age)
        expected = [one + age for one in expected] + [age] * 3 * lanes
    assert len(await world.claim(100, tasks=("work", "other"))) == 15 * lanes
    rows = (await history(world.store)).rows
    assert waits(rows) == histogram(*expected)
    assert all(row.wait.total == 15 for row in rows)


async def test_runs_are_from_the_start_of_an_attempt_to_its_reported_end(world: World) -> None:
    await world.submit_many(6)
    first = [claimed.lease for claimed in await world.claim(3)]
    await world.advance(2.5)
    second = [claimed.lease for claimed in await world.claim(3)]
    await world.advance(1.5)
    mixed = [lease for pair in zip(first, second, strict=True) for lease in pair]
    await world.finish(*[Outcome.completed(lease, "1") for lease in mixed])
    assert runs((await history(world.store)).rows) == histogram(4.0, 4.0, 4.0, 1.5, 1.5, 1.5)


async def test_a_clock_that_went_back_makes_no_negative_times(world: World) -> None:
    await world.submit()
    await world.advance(-30.0)
    lease: Lease = (await world.claim_one()).lease
    await world.advance(-30.0)
    await world.complete(lease)
    rows = (await history(world.store)).rows
    assert (waits(rows), runs(rows)) == (histogram(0.0), histogram(0.0))


async def test_the_oldest_that_waits_is_seen_once_a_minute(world: World) -> None:
    await world.to_the_next(MINUTE)
    cancelled = await world.submit()
    await world.advance(20.0)
    await world.submit()
    await world.submit(delay=1_000.0)
    await world.act(Operation.CANCEL, cancelled)  # on Redis its entry is still in line
    await world.advance(15.0)
    await world.store.upkeep(10)
    await world.advance(5.0)
    await world.store.upkeep(10)
    await world.to_the_next(MINUTE)
    await world.store.upkeep(10)
    rows = (await history(world.store, Step.MINUTE)).rows
    assert [row.oldest for row in rows] == [pytest.approx(15.0, abs=0.01), pytest.approx(40.0, abs=0.01)]
    [hour] = (await history(world.store, Step.HOUR)).rows
    assert hour.oldest == pytest.approx(40.0, abs=0.01), "of an hour, the largest"


async def test_when_nothing_waits_there_is_no_oldest(world: World) -> None:
    await world.submit()
    await world.claim_one()
    await world.store.upkeep(10)
    assert [row.oldest for row in (await history(world.store)).rows] == [None]


async def test_a_job_that_moved_here_has_waited_since_it_was_submitted(world: World) -> None:
    identifier = await world.submit(queue="old")
    job = await world.get(identifier)
    await world.advance(40.0)
    await world.store.submit([NewJob.carried(replace(job, id=world.job().id, queue="new"))])
    await world.advance(1.0)
    await world.claim_one(queues=("new",))
    assert waits((await history(world.store)).rows) == histogram(41.0)


async def test_a_job_that_a_person_runs_before_it_is_due_has_waited_since_then(world: World) -> None:
    identifier = await world.submit(delay=60.0)
    await world.advance(7.0)
    await world.act(Operation.RUN_NOW, identifier)
    await world.advance(5.0)
    await world.claim_one()
    assert waits((await history(world.store)).rows) == histogram(5.0)

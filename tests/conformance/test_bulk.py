"""One action on many jobs: each job once, of those that were there at the beginning, and to an end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ferryman.bulk import Bulk, Tally, act_on, aimed
from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation, State
from ferryman.store.query import JobFilter
from tests.conformance.world import NO_ERROR, World

NOBODY = "00000000-0000-7000-8000-000000000000"
TAGGED = ("t",)


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a step be of ten jobs, and a page of five."""
    monkeypatch.setattr("ferryman.bulk.LARGEST_PAGE", 5)
    monkeypatch.setattr("ferryman.bulk.STEP", 10)


async def failed(world: World, count: int) -> list[str]:
    """Return jobs that failed, in the order of their submission."""
    ids = [await world.submit(tags=TAGGED) for _ in range(count)]
    await fail(world)
    return ids


async def fail(world: World) -> None:
    """Run all that is pending, and have it fail."""
    while claimed := await world.claim(100):
        await world.finish(*[Outcome.failed(one.lease, NO_ERROR) for one in claimed])


def steps(world: World, operation: Operation, where: JobFilter) -> AsyncIterator[Tally]:
    return Bulk(operation, aimed(operation, where)).run(world.store.inspector)


async def total(world: World, operation: Operation, where: JobFilter) -> Tally:
    """Do it to the end."""
    return [tally async for tally in steps(world, operation, where)][-1]


@pytest.mark.parametrize("where", [JobFilter(tags=TAGGED), JobFilter(queues=("default",)), JobFilter(error="no")])
@pytest.mark.usefixtures("small_steps")
async def test_every_job_that_is_found_is_acted_on(world: World, where: JobFilter) -> None:
    ids = await failed(world, 23)
    waiting = [await world.submit() for _ in range(3)]
    tally = await total(world, Operation.RETRY, where)
    assert (tally.done, tally.refused, tally.gone) == (23, 0, 0)
    assert tally.examined >= 23
    assert {await world.state(identifier) for identifier in [*ids, *waiting]} == {State.PENDING}


@pytest.mark.usefixtures("small_steps")
async def test_jobs_are_deleted_to_the_last_though_that_takes_them_out_of_the_query(world: World) -> None:
    for _ in range(4):
        await world.submit_many(11, tags=TAGGED)
    told = [tally async for tally in steps(world, Operation.DELETE, JobFilter(tags=TAGGED))]
    assert [tally.done for tally in told][-1] == 44
    assert len(told) >= 4
    assert await world.listed() == []


@pytest.mark.usefixtures("small_steps")
async def test_jobs_that_are_submitted_meanwhile_are_left_alone(world: World) -> None:
    # Seen red when each page was asked for from the beginning.
    before = await world.submit_many(30, tags=TAGGED)
    meanwhile: list[str] = []
    told: list[Tally] = []
    async for tally in steps(world, Operation.CANCEL, JobFilter(tags=TAGGED)):
        told.append(tally)
        if len(meanwhile) < 100:
            await world.advance(1)
            meanwhile += await world.submit_many(3, tags=TAGGED)
    assert told[-1].done == 30
    assert {await world.state(identifier) for identifier in before} == {State.CANCELLED}
    assert {await world.state(identifier) for identifier in meanwhile} == {State.PENDING}


@pytest.mark.usefixtures("small_steps")
async def test_a_job_that_comes_back_into_the_query_is_not_acted_on_again(world: World) -> None:
    ids = await failed(world, 30)
    tally = Tally()
    async for tally in steps(world, Operation.RETRY, JobFilter((State.FAILED,))):
        assert tally.done <= 30
        await fail(world)
    assert (tally.done, tally.refused) == (30, 0)
    assert {(await world.get(identifier)).attempt for identifier in ids} == {2}


@pytest.mark.usefixtures("small_steps")
async def test_a_job_whose_state_changed_meanwhile_refuses_and_one_that_is_gone_is_told(world: World) -> None:
    ids = await failed(world, 5)
    inspector = world.store.inspector
    tally = await act_on(inspector, Operation.RETRY, [*ids, NOBODY, await world.submit()])
    assert tally == Tally(5, 1, 1, 7)
    assert await act_on(inspector, Operation.RETRY, ids) == Tally(0, 5, 0, 5)


@pytest.mark.one_line
@pytest.mark.usefixtures("small_steps")
async def test_jobs_that_are_retried_together_stand_in_line_as_they_came(world: World) -> None:
    ids = await failed(world, 10)
    assert (await total(world, Operation.RETRY, JobFilter((State.FAILED,)))).done == 10
    assert await world.claim_ids() == ids


class Unsteady:
    """An inspector that gives no answer when it is asked the second and the fifth time, before or after it acted."""

    def __init__(self, world: World, late: bool) -> None:
        self._inspector = world.store.inspector
        self._late = late
        self._calls = 0

    def __getattr__(self, name: str) -> object:
        async def call(*values: object) -> object:
            self._calls += 1
            fails = self._calls in (2, 5)
            if fails and not self._late:
                raise StoreUnavailable("away")
            answer = await getattr(self._inspector, name)(*values)
            if fails:
                raise StoreUnavailable("away")
            return answer

        return call


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.usefixtures("small_steps")
async def test_an_action_goes_on_after_the_store_was_away(world: World, late: bool) -> None:
    ids = await failed(world, 33)
    bulk = Bulk(Operation.RETRY, JobFilter((State.FAILED,)))
    inspector, losses = Unsteady(world, late), 0
    while True:
        try:
            async for _ in bulk.run(inspector):  # type: ignore[arg-type]
                pass
            break
        except StoreUnavailable:
            losses += 1
    assert losses == 2
    assert bulk.tally.done == 33 if not late else bulk.tally.done <= 33
    assert {await world.state(identifier) for identifier in ids} == {State.PENDING}
    assert [tally async for tally in bulk.run(world.store.inspector)] == [], "it has ended"


async def test_ten_thousand_jobs_take_seconds(world: World) -> None:
    for _ in range(10):
        await world.submit_many(1_000, tags=TAGGED)
    assert (await total(world, Operation.CANCEL, JobFilter(tags=TAGGED))).done == 10_000
    assert (await total(world, Operation.RETRY, JobFilter((State.CANCELLED,)))).done == 10_000
    assert (await total(world, Operation.DELETE, JobFilter(queues=("default",)))).done == 10_000
    assert await world.listed() == []

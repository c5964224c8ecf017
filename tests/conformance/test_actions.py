"""What people do to jobs: exactly what the table of transitions allows."""

from __future__ import annotations

import pytest

from ferryman.domain.errors import InvalidOption
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.state import TRANSITIONS, Operation, State, sources
from ferryman.store.messages import ACTIONS, Changed
from tests.conformance.world import NO_ERROR, World

#: No job can wait for other jobs yet, so nothing brings one to `blocked`.
STATES = [state for state in State if state is not State.BLOCKED]
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("operation", ACTIONS)
@pytest.mark.parametrize("state", STATES)
async def test_an_action_is_done_exactly_where_the_table_has_an_edge(
    world: World, state: State, operation: Operation
) -> None:
    identifier = await world.in_state(state)
    before = await world.find(identifier)
    [*targets] = {edge.target for edge in TRANSITIONS if edge.source is state and edge.operation is operation}
    changed = await world.act(operation, identifier)
    if targets:
        assert [changed.state] == targets
        assert changed == Changed(identifier, True, await world.state(identifier))
    else:
        assert changed == Changed(identifier, False, state)
        assert await world.find(identifier) == before


@pytest.mark.parametrize("operation", ACTIONS)
async def test_a_job_that_does_not_exist_is_told(world: World, operation: Operation) -> None:
    assert await world.act(operation, NOBODY) == Changed(NOBODY, False, None)


@pytest.mark.parametrize("operation", [operation for operation in Operation if operation not in ACTIONS])
async def test_what_is_no_action_of_a_person_is_refused(world: World, operation: Operation) -> None:
    identifier = await world.submit()
    with pytest.raises(InvalidOption):
        await world.act(operation, identifier)
    assert await world.state(identifier) is State.PENDING


@pytest.mark.parametrize("operation", ACTIONS)
async def test_a_batch_of_actions_is_answered_one_by_one(world: World, operation: Operation) -> None:
    ids = [await world.in_state(state) for state in STATES if state is not State.PENDING]
    ids.append(await world.submit())
    states = [await world.state(identifier) for identifier in ids]
    answers = await world.store.inspector.act(operation, [*ids, NOBODY])
    assert [answer.id for answer in answers] == [*ids, NOBODY]
    assert [answer.done for answer in answers] == [*(state in sources(operation) for state in states), False]
    assert [answer.state for answer in answers] == [*[await world.state(identifier) for identifier in ids], None]


async def test_the_same_job_twice_in_one_batch_is_moved_once(world: World) -> None:
    identifier = await world.in_state(State.FAILED)
    answers = await world.store.inspector.act(Operation.RETRY, [identifier, identifier])
    assert answers == [Changed(identifier, True, State.PENDING), Changed(identifier, False, State.PENDING)]
    assert await world.claim_ids() == [identifier]


async def test_no_ids_is_a_fine_batch(world: World) -> None:
    assert await world.store.inspector.act(Operation.CANCEL, []) == []


@pytest.mark.parametrize("state", [State.PENDING, State.SCHEDULED])
async def test_a_cancelled_job_never_runs(world: World, state: State) -> None:
    identifier = await world.in_state(state)
    await world.act(Operation.CANCEL, identifier)
    await world.advance(1_000)
    assert await world.claim() == []
    job = await world.get(identifier)
    assert (job.state, job.attempt, job.finished_at) == (State.CANCELLED, 0, world.about(world.now() - 1_000))


async def test_cancelling_a_running_job_revokes_its_lease_at_once(world: World) -> None:
    identifier = await world.submit()
    claimed = await world.claim_one(worker="w1")
    await world.act(Operation.CANCEL, identifier)
    assert not await world.complete(claimed.lease)
    assert (await world.turn()).due_in is None
    job = await world.get(identifier)
    assert [(attempt.number, attempt.worker, attempt.ending) for attempt in job.attempts or ()] == [
        (1, "w1", Ending.CANCELLED)
    ]


@pytest.mark.parametrize("state", [State.COMPLETED, State.FAILED, State.CANCELLED])
async def test_a_job_that_a_person_retries_runs_with_a_fresh_budget(world: World, state: State) -> None:
    identifier = await world.in_state(state, max_retries=1)
    await world.act(Operation.RETRY, identifier)
    job = await world.get(identifier)
    assert (job.state, job.retries, job.crashes, job.result) == (State.PENDING, 0, 0, None)
    assert (job.finished_at, job.run_at) == (None, None)
    again = await world.claim_one()
    assert (again.id, again.attempt, again.retries_left) == (identifier, 2, 1)
    await world.complete(again.lease, '"second"')
    assert (await world.get(identifier)).result == '"second"'


async def test_a_retry_by_a_person_gives_back_spent_retries_and_crashes(world: World) -> None:
    identifier = await world.submit(max_retries=1, max_crashes=2)
    await world.claim_one()
    await world.recover()
    for _ in range(2):
        await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 0.0))
    job = await world.get(identifier)
    assert (job.state, job.retries, job.crashes) == (State.FAILED, 1, 1)
    await world.act(Operation.RETRY, identifier)
    claimed = await world.claim_one()
    assert (claimed.attempt, claimed.retries, claimed.crashes) == (4, 0, 0)


@pytest.mark.one_line
async def test_a_retried_job_stands_at_the_end_of_the_line(world: World) -> None:
    retried = await world.in_state(State.FAILED)
    waiting = await world.submit()
    await world.act(Operation.RETRY, retried)
    assert await world.claim_ids() == [waiting, retried]


@pytest.mark.one_line
async def test_a_cancelled_job_that_is_retried_has_lost_its_old_place(world: World) -> None:
    first, second = await world.submit_many(2)
    await world.act(Operation.CANCEL, first)
    await world.act(Operation.RETRY, first)
    assert await world.claim_ids() == [second, first]


@pytest.mark.one_line
async def test_jobs_retried_together_keep_the_order_asked_for(world: World) -> None:
    ids = [await world.in_state(State.FAILED) for _ in range(4)]
    wanted = [ids[2], ids[0], ids[3], ids[1]]
    await world.store.inspector.act(Operation.RETRY, wanted)
    assert await world.claim_ids() == wanted


@pytest.mark.one_line
async def test_a_job_run_now_stands_at_the_end_of_the_line(world: World) -> None:
    later = await world.in_state(State.SCHEDULED)
    waiting = await world.submit()
    await world.act(Operation.RUN_NOW, later)
    assert await world.claim_ids() == [waiting, later]


async def test_a_job_run_now_was_due_now(world: World) -> None:
    identifier = await world.in_state(State.SCHEDULED)
    await world.advance(5)
    await world.act(Operation.RUN_NOW, identifier)
    assert (await world.get(identifier)).run_at == world.about(world.now())


async def test_a_retry_that_waits_can_be_run_now(world: World) -> None:
    identifier = await world.submit()
    await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 3_600.0))
    await world.act(Operation.RUN_NOW, identifier)
    claimed = await world.claim_one()
    assert (claimed.attempt, claimed.retries) == (2, 1)


async def test_a_deleted_job_is_gone_with_all_it_had(world: World) -> None:
    identifier = await world.in_state(State.COMPLETED, tags=("t",), args='{"n": 1}')
    await world.act(Operation.DELETE, identifier)
    assert await world.find(identifier) is None
    assert await world.listed() == await world.listed(tags=("t",)) == []
    assert await world.store.inspector.counts() == []
    assert await world.store.feed.read(identifier) == []


async def test_an_id_that_was_deleted_starts_anew(world: World) -> None:
    job = world.job(args='{"n": 1}', tags=("t",))
    await world.store.submit([job])
    await world.complete((await world.claim_one()).lease)
    await world.act(Operation.DELETE, job.id)
    await world.store.submit([job._replace(args="{}", tags=())])
    again = await world.get(job.id)
    assert (again.state, again.attempt, again.attempts, again.args) == (State.PENDING, 0, (), "{}")
    assert await world.listed(tags=("t",)) == []

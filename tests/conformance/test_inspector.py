"""What people see: jobs by id, queues, workers, and the store itself."""

from __future__ import annotations

import pytest

from ferryman.domain.errors import InvalidOption
from ferryman.domain.state import Operation, State
from ferryman.store.messages import Command, Count
from ferryman.store.query import Include
from tests.conformance.world import LEASE, World, worker_info

NOBODY = "00000000-0000-7000-8000-000000000000"


async def test_jobs_come_in_the_order_of_their_ids_and_none_where_there_is_none(world: World) -> None:
    one, two = await world.submit(), await world.submit()
    found = await world.store.inspector.get([two, NOBODY, one, "no id", two])
    assert [job and job.id for job in found] == [two, None, one, None, two]
    assert await world.store.inspector.get([]) == []


async def test_parts_are_read_only_when_asked_for(world: World) -> None:
    identifier = await world.submit(args='{"n": 1}')
    await world.complete((await world.claim_one()).lease, '"done"')
    [bare] = await world.store.inspector.get([identifier])
    assert bare is not None
    assert (bare.args, bare.result, bare.attempts) == (None, None, None)
    [with_args] = await world.store.inspector.get([identifier], frozenset({Include.ARGS}))
    [with_result] = await world.store.inspector.get([identifier], frozenset({Include.RESULT}))
    [with_attempts] = await world.store.inspector.get([identifier], frozenset({Include.ATTEMPTS}))
    assert with_args is not None
    assert with_result is not None
    assert with_attempts is not None
    assert (with_args.args, with_args.result, with_args.attempts) == ('{"n": 1}', None, None)
    assert (with_result.args, with_result.result, with_result.attempts) == (None, '"done"', None)
    assert (with_attempts.args, with_attempts.result) == (None, None)
    assert len(with_attempts.attempts or ()) == 1


async def test_what_one_store_object_writes_the_other_sees_at_once(world: World) -> None:
    other = await world.another()
    identifier = await world.submit()
    seen = await world.find(identifier, other)
    assert seen is not None
    assert seen.state is State.PENDING
    await world.complete((await world.claim_one(store=other)).lease)
    assert await world.state(identifier) is State.COMPLETED


async def test_counts_are_kept_per_queue_task_and_state(world: World) -> None:
    await world.submit_many(3, "a", queue="x")
    await world.submit_many(2, "b", queue="x", delay=60.0)
    await world.submit("a", queue="y")
    await world.claim(2, tasks=("a",), queues=("x",))
    assert sorted(await world.store.inspector.counts()) == sorted(
        [
            Count("x", "a", State.PENDING, 1),
            Count("x", "a", State.PROCESSING, 2),
            Count("x", "b", State.SCHEDULED, 2),
            Count("y", "a", State.PENDING, 1),
        ]
    )


async def test_a_queue_shows_its_jobs_and_its_oldest_pending_one(world: World) -> None:
    begun = world.now()
    await world.submit(queue="x")
    await world.advance(10)
    await world.submit_many(2, "other", queue="x", priority=9)
    [row] = await world.store.inspector.queues()
    assert (row.name, row.counts) == ("x", {State.PENDING: 3})
    assert row.oldest_pending_at == world.about(begun)
    await world.claim_one()
    [row] = await world.store.inspector.queues()
    assert row.oldest_pending_at == world.about(begun + 10)


async def test_a_paused_queue_shows_since_when_and_by_whom(world: World) -> None:
    await world.submit(queue="x")
    await world.pause("x", by="ada")
    [row] = await world.store.inspector.queues()
    assert (row.paused, row.paused_by, row.paused_at) == (True, "ada", world.about(world.now()))
    await world.resume("x")
    [row] = await world.store.inspector.queues()
    assert (row.paused, row.paused_by, row.paused_at) == (False, None, None)


async def test_a_queue_may_be_paused_before_its_first_job(world: World) -> None:
    await world.pause("later")
    [row] = await world.store.inspector.queues()
    assert (row.name, row.paused, row.counts, row.oldest_pending_at) == ("later", True, {}, None)
    await world.submit(queue="later")
    assert await world.claim() == []


async def test_pausing_twice_keeps_the_first_and_resuming_twice_is_fine(world: World) -> None:
    begun = world.now()
    await world.pause("x", by="ada")
    await world.advance(60)
    await world.pause("x", by="bob")
    [row] = await world.store.inspector.queues()
    assert (row.paused_by, row.paused_at) == ("ada", world.about(begun))
    await world.resume("x")
    await world.resume("x")
    await world.resume("never-seen")
    assert not any(row.paused for row in await world.store.inspector.queues())


@pytest.mark.parametrize("name", ["", "with space", "x" * 129, "new\nline"])
async def test_what_is_no_queue_name_cannot_be_paused(world: World, name: str) -> None:
    with pytest.raises(InvalidOption):
        await world.pause(name)


async def test_a_queue_is_still_known_when_its_jobs_are_gone(world: World) -> None:
    identifier = await world.submit(queue="x")
    await world.act(Operation.DELETE, identifier)
    assert [row.name for row in await world.store.inspector.queues()] == ["x"]


async def test_a_worker_is_known_from_its_first_heartbeat_on(world: World) -> None:
    assert await world.store.inspector.workers() == []
    info = worker_info("w1", queues=("a", "b"), slots=4, busy=2, memory=1_000, loop_lag=0.5, started_at=12.5)
    await world.store.extend(info, [], LEASE)
    [row] = await world.store.inspector.workers()
    assert row.info == info
    assert (row.alive, row.command, row.seen_at) == (True, None, world.about(world.now()))


async def test_a_worker_shows_what_it_said_last(world: World) -> None:
    await world.store.extend(worker_info("w1", busy=1), [], LEASE)
    await world.advance(3)
    await world.store.extend(worker_info("w1", busy=7, quiet=True), [], LEASE)
    [row] = await world.store.inspector.workers()
    assert (row.info.busy, row.info.quiet, row.seen_at) == (7, True, world.about(world.now()))


async def test_a_worker_that_is_silent_for_a_lease_is_dead(world: World) -> None:
    await world.store.extend(worker_info("dead"), [], LEASE)
    await world.advance(LEASE - 2)
    await world.store.extend(worker_info("alive"), [], LEASE)
    assert {row.info.id: row.alive for row in await world.store.inspector.workers()} == {"dead": True, "alive": True}
    await world.advance(4)
    assert {row.info.id: row.alive for row in await world.store.inspector.workers()} == {"dead": False, "alive": True}


async def test_a_dead_worker_is_forgotten_in_the_end(world: World) -> None:
    await world.store.extend(worker_info("dead"), [], LEASE)
    await world.advance(86_400)
    await world.submit(delay=10.0)
    await world.advance(11)
    await world.store.upkeep(10)  # has something to do, so it also does this
    assert await world.store.inspector.workers() == []


async def test_a_small_round_of_upkeep_forgets_all_dead_workers(world: World) -> None:
    for name in ("w1", "w2"):
        await world.extend(worker=name)
        await world.store.inspector.command(name, Command.QUIET)
    await world.advance(4_000)
    await world.store.upkeep(1)
    assert [(await world.extend(worker=name)).command for name in ("w1", "w2")] == [None, None]


async def test_a_dead_worker_is_forgotten_though_nothing_else_is_to_do(world: World) -> None:
    await world.store.extend(worker_info("dead"), [], LEASE)
    await world.advance(86_400)
    await world.store.upkeep(10)
    assert await world.store.inspector.workers() == []


async def test_a_retired_worker_is_forgotten_at_once(world: World) -> None:
    await world.store.extend(worker_info("w1"), [], LEASE)
    await world.store.retire("w1")
    await world.store.retire("never-seen")
    assert await world.store.inspector.workers() == []


async def test_a_command_reaches_its_worker_with_the_next_heartbeat(world: World) -> None:
    await world.extend(worker="w1")
    await world.extend(worker="w2")
    assert await (await world.another()).inspector.command("w1", Command.QUIET)
    assert (await world.extend(worker="w1")).command is Command.QUIET
    assert (await world.extend(worker="w2")).command is None
    rows = {row.info.id: row.command for row in await world.store.inspector.workers()}
    assert rows == {"w1": Command.QUIET, "w2": None}


async def test_a_command_can_be_changed_and_taken_back(world: World) -> None:
    await world.extend()
    await world.store.inspector.command("w", Command.QUIET)
    await world.store.inspector.command("w", Command.STOP)
    assert (await world.extend()).command is Command.STOP
    await world.store.inspector.command("w", None)
    assert (await world.extend()).command is None


async def test_a_command_for_nobody_is_told(world: World) -> None:
    assert not await world.store.inspector.command("nobody", Command.STOP)


async def test_a_healthy_store_says_what_it_is(world: World) -> None:
    health = await world.store.inspector.health()
    assert health.store
    assert health.level.startswith(health.store)
    assert health.place
    assert [finding for finding in health.findings if finding.level == "error"] == []

"""Failed jobs in groups by their cause; after every test a recount of the groups must agree (`census.py`)."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ferryman.domain.outcome import Outcome, error_text
from ferryman.domain.state import Operation, State
from ferryman.store.failures import HOURS, MOST_GROUPS, Cause, FailureGroup, shortened
from ferryman.store.query import JobFilter
from tests.conformance.world import LEASE, NO_ERROR, RETENTION, World

HOUR = 3_600


def error(kind: str = "ValueError", message: str = "no", frame: str = "app:work") -> str:
    return error_text(kind, message, "Traceback: " + "long " * 50, frame)


async def fail(
    world: World, said: str = NO_ERROR, task: str = "work", count: int = 1, queue: str = "default"
) -> list[str]:
    """Have new jobs fail with an error, and return their ids."""
    ids = await world.submit_many(count, task, queue=queue)
    claimed = await world.claim(count, tasks=(task,), queues=(queue,))
    assert {one.id for one in claimed} == set(ids)
    await world.finish(*(Outcome.failed(one.lease, said) for one in claimed))
    return ids


async def groups(world: World, task: str | None = None) -> list[FailureGroup]:
    return await world.store.inspector.failures(task)


async def sizes(world: World) -> dict[tuple[str, str, str], int]:
    return {(group.task, group.type, group.frame): group.jobs for group in await groups(world)}


async def test_jobs_that_failed_alike_are_one_group(world: World) -> None:
    first = await fail(world, error(message="one"), count=3)
    await world.advance(60)
    last = await fail(world, error(message="two"), queue="other")
    [group] = await groups(world)
    assert (group.task, group.type, group.frame, group.message) == ("work", "ValueError", "app:work", "two")
    assert (group.jobs, sum(group.hours), len(group.hours)) == (4, 4, HOURS)
    assert group.last_at - group.first_at == pytest.approx(60, abs=1)
    assert group.last_at == world.about(world.now())
    assert group.id == Cause("work", "ValueError", "app:work").id
    assert await world.listed(failures=(group.id,)) == [*last, *first[::-1]] or not world.one_line


async def test_another_task_type_or_frame_is_another_group_and_another_message_is_not(world: World) -> None:
    await fail(world, error())
    await fail(world, error(), task="other")
    await fail(world, error("KeyError"))
    await fail(world, error(frame="app:helper"))
    await fail(world, error(message="else"))
    assert await sizes(world) == {
        ("work", "ValueError", "app:work"): 2,
        ("other", "ValueError", "app:work"): 1,
        ("work", "KeyError", "app:work"): 1,
        ("work", "ValueError", "app:helper"): 1,
    }
    assert [group.task for group in await groups(world, "other")] == ["other"]
    assert await groups(world, "nobody") == []


async def test_only_the_end_of_a_job_counts_and_not_an_attempt_that_is_repeated(world: World) -> None:
    identifier = await world.submit(max_retries=1)
    await world.finish(Outcome.retried((await world.claim_one()).lease, error("First"), 0.0))
    assert await groups(world) == []
    await world.finish(Outcome.retried((await world.claim_one()).lease, error("Second"), 0.0))
    assert await sizes(world) == {("work", "Second", "app:work"): 1}
    await world.submit_many(2, max_retries=1)
    one, other = await world.claim(2)
    await world.finish(Outcome.retried(one.lease, error("Third"), 99.0), Outcome.failed(other.lease, error("Fourth")))
    assert await sizes(world) == {("work", "Second", "app:work"): 1, ("work", "Fourth", "app:work"): 1}
    assert (await world.get(identifier)).failure == Cause("work", "Second", "app:work").id


async def test_a_job_whose_workers_died_is_in_a_group(world: World) -> None:
    identifier = await world.submit(max_crashes=2)
    await world.claim_one()
    await world.recover()
    assert await groups(world) == []
    await world.claim_one()
    await world.recover()
    [group] = await groups(world)
    assert (group.type, group.frame, group.jobs) == ("WorkerDied", "", 1)
    assert await world.listed(failures=(group.id,)) == [identifier]


async def test_a_retried_job_leaves_its_group_and_comes_back_when_it_fails_again(world: World) -> None:
    one, other = await fail(world, error(), count=2)
    [group] = await groups(world)
    await world.act(Operation.RETRY, one)
    assert [(found.id, found.jobs) for found in await groups(world)] == [(group.id, 1)]
    assert await world.listed(failures=(group.id,)) == [other]
    assert (await world.get(one)).failure is None
    await world.advance(1)
    await world.finish(Outcome.failed((await world.claim_one()).lease, error(message="again")))
    [again] = await groups(world)
    assert (again.id, again.jobs, again.message) == (group.id, 2, "again")
    if world.one_line:  # each partition forgets its share with its last job there
        assert (again.first_at, sum(again.hours)) == (group.first_at, 3)


async def test_a_group_without_jobs_is_gone(world: World) -> None:
    [retried] = await fail(world, error("Retried"))
    [deleted] = await fail(world, error("Deleted"))
    assert len(await groups(world)) == 2
    await world.act(Operation.RETRY, retried)
    await world.act(Operation.DELETE, deleted)
    assert await groups(world) == []


async def test_retention_takes_jobs_out_of_their_group(world: World) -> None:
    await fail(world, error(), count=2)
    await world.advance(RETENTION.failed - 10)
    await fail(world, error())
    await world.advance(20)
    assert (await world.store.upkeep(1_000)).pruned == 2
    assert await sizes(world) == {("work", "ValueError", "app:work"): 1}
    await world.advance(RETENTION.failed + 10)
    await world.store.upkeep(1_000)
    assert await groups(world) == []


async def test_many_are_retried_and_deleted_at_once(world: World) -> None:
    ids = await fail(world, error(), count=30)
    keys = await fail(world, error("KeyError"), count=10)
    await world.store.inspector.act(Operation.RETRY, [*ids[:20], *keys])
    assert await sizes(world) == {("work", "ValueError", "app:work"): 10}
    await world.store.inspector.act(Operation.DELETE, ids[15:25])
    assert await sizes(world) == {("work", "ValueError", "app:work"): 5}


async def test_an_outcome_that_comes_late_or_twice_counts_once(world: World) -> None:
    await world.submit()
    lease = (await world.claim_one()).lease
    await world.finish(Outcome.failed(lease, error()), Outcome.failed(lease, error()))
    assert await world.finish(Outcome.failed(lease, error("Late"))) == [False]
    [group] = await groups(world)
    assert (group.jobs, sum(group.hours)) == (1, 1)


async def test_failures_are_told_by_the_hour_for_a_day(world: World) -> None:
    await world.to_the_next(HOUR)
    await fail(world, error(), count=2)
    await world.advance(HOUR)
    await fail(world, error())
    [group] = await groups(world)
    assert group.hours[-2:] == (2, 1)
    await world.advance(23 * HOUR)
    await fail(world, error(), count=4)
    [group] = await groups(world)
    assert (group.hours[0], group.hours[-1], sum(group.hours), group.jobs) == (1, 4, 5, 7)
    await world.advance(24 * HOUR)
    [group] = await groups(world)
    assert sum(group.hours) == 0


async def test_groups_are_told_the_latest_first_and_as_many_as_asked_for(world: World) -> None:
    for number in range(6):
        await fail(world, error(f"E{number}"), count=2)
        await world.advance(1)
    await fail(world, error("E2"))
    found = await world.store.inspector.failures(most=3)
    assert [(group.type, group.jobs) for group in found] == [("E2", 3), ("E5", 2), ("E4", 2)]
    assert [group.type for group in await world.store.inspector.failures("work", 1)] == ["E2"]


async def test_the_latest_groups_have_all_their_jobs_wherever_those_are(world: World) -> None:
    """A place where a group failed long ago must not leave its jobs out."""
    await fail(world, error("Often"), count=20)
    for number in range(5):
        await world.advance(1)
        await fail(world, error(f"E{number}"), count=20)
    await world.advance(1)
    await fail(world, error("Often"))
    assert [(group.type, group.jobs) for group in await world.store.inspector.failures(most=1)] == [("Often", 21)]


@pytest.mark.parametrize(
    "said",
    [
        error("naïve.Fehler", 'no "answer"\nfrom C:\\mail/é', "modul\u00e9:<lambda>"),
        json.dumps({"frame": "f:g", "traceback": "", "type": "Out of order", "message": "é" * 400}, ensure_ascii=False),
        '{"type": "E"}',
        '{"type": 7, "message": null, "frame": []}',
        "[]",
        "no json",
        "",
    ],
)
async def test_every_store_reads_an_error_alike_whatever_it_is(world: World, said: str) -> None:
    identifier = await world.submit()
    await world.finish(Outcome.failed((await world.claim_one()).lease, said))
    cause, message = Cause.of("work", said)
    [group] = await groups(world)
    assert (group.id, group.task, group.type, group.frame, group.message) == (cause.id, *cause, message)
    assert await world.listed(failures=(cause.id,)) == [identifier]
    await world.act(Operation.DELETE, identifier)


@pytest.mark.parametrize(
    "message", ["a" * 500, "a" * 501, "a" * 499 + "é", "a" * 498 + "éé", "a" * 499 + "𝄞", "é" * 300]
)
async def test_a_long_message_is_cut_between_two_characters(world: World, message: str) -> None:
    await fail(world, error(message=message))
    [group] = await groups(world)
    assert group.message == shortened(message)
    assert message.startswith(group.message.removesuffix("..."))


async def test_a_group_is_found_together_with_all_else_that_a_query_names(world: World) -> None:
    ids: list[str] = []
    for number in range(12):
        await world.advance(1)
        ids.append(await world.submit(queue="xy"[number % 2], tags=("t",) if number % 3 else ()))
        [claimed] = await world.claim(1)
        await world.finish(Outcome.failed(claimed.lease, error("E" if number % 4 else "Other", f"n{number}")))
    one, other = Cause("work", "E", "app:work").id, Cause("work", "Other", "app:work").id
    jobs = await world.dump()
    wanted = [
        JobFilter(failures=(one, other)),
        JobFilter(failures=("0" * 16,)),
        JobFilter(failures=(one, "0" * 16), tags=("t",)),
        JobFilter(failures=(one,), queues=("x",), tasks=("work",)),
        JobFilter(failures=(other,), tasks=("elsewhere",)),
        JobFilter(failures=(one,), error="n1"),
        JobFilter(failures=(one,), ids=tuple(identifier.replace("-", "") for identifier in ids[:6])),
        JobFilter(failures=(other,), after=jobs[ids[3]].submitted_at, before=jobs[ids[9]].submitted_at),
    ]
    for where in wanted:
        expected = [identifier for identifier in ids if where.matches(jobs[identifier])]
        for limit in (2, 200):
            assert await listed(world, where, limit) == expected, where
        assert await world.store.inspector.count(where) == (len(expected), True), where


async def listed(world: World, where: JobFilter, limit: int) -> Sequence[str]:
    parts = {name: getattr(where, name) for name in where.__slots__}
    return await world.listed(limit, True, **parts)


@pytest.mark.one_line  # several partitions have more room than one
async def test_a_group_is_kept_while_there_is_room(world: World) -> None:
    """The one that failed longest ago makes room: its jobs are there, in no group, and leave nothing wrong behind."""
    first, second = await fail(world, error("E0"), count=2)
    await world.advance(1)
    for start in range(0, MOST_GROUPS, 1_000):
        await world.submit_many(1_000)
        leases = [claimed.lease for claimed in await world.claim(1_000)]
        await world.finish(*(Outcome.failed(lease, error(f"E{start + n + 1}", "")) for n, lease in enumerate(leases)))
    assert len(await world.store.inspector.failures(most=2 * MOST_GROUPS)) == MOST_GROUPS
    group = Cause("work", "E0", "app:work").id
    assert await world.listed(failures=(group,)) == []
    assert ((await world.get(first)).state, (await world.get(first)).failure) == (State.FAILED, None)
    await world.act(Operation.RETRY, first)
    await world.finish(Outcome.failed((await world.claim_one()).lease, error("E0")))
    assert await world.listed(failures=(group,)) == [first]
    await world.act(Operation.DELETE, second)
    assert await world.listed(failures=(group,)) == [first]
    await world.advance(RETENTION.failed + LEASE)
    while (await world.store.upkeep(1_000)).pruned:
        pass
    assert await groups(world) == []

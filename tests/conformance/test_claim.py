"""Which jobs a worker is given, and in which order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ferryman.domain.outcome import Outcome
from ferryman.domain.state import State
from tests.conformance.world import LEASE, NO_ERROR, World


async def test_a_claimed_job_is_processing_under_a_lease(world: World) -> None:
    identifier = await world.submit(queue="mail", args='{"n": 1}', timeout=9.0, max_retries=5)
    claimed = await world.claim_one(worker="w1")
    assert (claimed.id, claimed.attempt, claimed.task, claimed.queue) == (identifier, 1, "work", "mail")
    assert (claimed.args, claimed.timeout, claimed.max_retries, claimed.retries_left) == ('{"n": 1}', 9.0, 5, 5)
    job = await world.get(identifier)
    assert (job.state, job.worker, job.attempt) == (State.PROCESSING, "w1", 1)
    assert job.started_at == world.about(world.now())
    assert job.lease_until == world.about(world.now() + LEASE)


async def test_an_empty_store_gives_nothing(world: World) -> None:
    assert await world.claim() == []


async def test_who_wants_nothing_gets_nothing(world: World) -> None:
    await world.submit()
    assert await world.claim(want=0) == []


@pytest.mark.one_line
async def test_first_in_is_first_out(world: World) -> None:
    ids = [await world.submit() for _ in range(5)] + await world.submit_many(5)
    assert await world.claim_ids() == ids


@pytest.mark.one_line
async def test_the_more_urgent_go_first_and_within_one_priority_the_older(world: World) -> None:
    ids = {n: await world.submit(priority=priority) for n, priority in enumerate([5, 0, 9, 5, 9, 4])}
    assert await world.claim_ids() == [ids[2], ids[4], ids[0], ids[3], ids[5], ids[1]]


@pytest.mark.one_line
async def test_the_order_holds_across_the_tasks_of_a_queue(world: World) -> None:
    submitted = [("b", 5), ("a", 5), ("a", 9), ("c", 5), ("b", 9), ("a", 5)]
    ids = [await world.submit(task, priority=priority) for task, priority in submitted]
    assert await world.claim_ids(tasks=("a", "b", "c")) == [ids[n] for n in (2, 4, 0, 1, 3, 5)]


@pytest.mark.one_line
async def test_the_order_holds_when_claimed_one_by_one(world: World) -> None:
    ids = [await world.submit(task) for task in "abcabc"]
    assert [(await world.claim_one(tasks=("c", "b", "a"))).id for _ in ids] == ids


@pytest.mark.one_line
async def test_many_tasks_keep_one_line(world: World) -> None:
    tasks = [f"task-{n}" for n in range(150)]
    ids = [await world.submit(task) for task in tasks]
    assert await world.claim_ids(want=150, tasks=tasks) == ids


async def test_only_tasks_that_the_worker_knows_are_given(world: World) -> None:
    await world.submit("unknown", priority=9)
    known = await world.submit("known", priority=0)
    assert await world.claim_ids(tasks=("known", "another")) == [known]
    assert await world.claim_ids(tasks=()) == []


@pytest.mark.one_line
async def test_only_named_queues_are_served(world: World) -> None:
    await world.submit(queue="other", priority=9)
    mail, news = await world.submit(queue="mail"), await world.submit(queue="news")
    assert await world.claim_ids(queues=("news", "mail")) == [mail, news]
    assert await world.claim_ids(queues=("no-such-queue",)) == []


async def test_no_queue_named_means_any(world: World) -> None:
    ids = {await world.submit(queue=name) for name in ("a", "b", "c")}
    assert set(await world.claim_ids(queues=())) == ids


@pytest.mark.one_line
async def test_no_more_are_given_than_wanted(world: World) -> None:
    ids = await world.submit_many(7)
    assert await world.claim_ids(want=3) == ids[:3]
    assert await world.claim_ids(want=3) == ids[3:6]
    assert await world.claim_ids(want=3) == ids[6:]


async def test_attempts_count_from_one_and_rise(world: World) -> None:
    await world.submit(max_retries=9)
    for number in range(1, 5):
        claimed = await world.claim_one()
        assert claimed.attempt == number
        await world.finish(Outcome.retried(claimed.lease, NO_ERROR, 1.0))
        await world.advance(2)


async def test_every_turn_gives_its_own_token(world: World) -> None:
    await world.submit_many(2)
    first, second = await world.claim_one(), await world.claim_one()
    assert first.nonce != second.nonce


async def test_a_running_job_is_not_given_again(world: World) -> None:
    await world.submit()
    await world.claim_one(worker="w1")
    assert await world.claim(worker="w1") == []
    assert await world.claim(worker="w2") == []


async def test_concurrent_claimers_never_get_the_same_job(world: World) -> None:
    ids = await world.submit_many(200)
    stores = [world.store, await world.another(), await world.another()]
    calls = [world.claim_ids(want=7, worker=f"w{n}", store=stores[n % 3]) for n in range(45)]
    given = [identifier for claimed in await asyncio.gather(*calls) for identifier in claimed]
    assert sorted(given) == sorted(ids)
    assert {job.attempt for job in (await world.dump()).values()} == {1}


async def test_jobs_submitted_while_others_claim_are_given_once(world: World) -> None:
    other = await world.another()
    jobs = [world.job() for _ in range(60)]
    submits = [other.submit([job]) for job in jobs]
    claims = [world.claim_ids(want=3, worker=f"w{n}") for n in range(30)]
    _, claimed = await asyncio.gather(asyncio.gather(*submits), asyncio.gather(*claims))
    given = [identifier for ids in claimed for identifier in ids] + await world.claim_ids()
    assert sorted(given) == sorted(job.id for job in jobs)


async def test_a_paused_queue_gives_nothing_until_it_is_resumed(world: World) -> None:
    held, free = await world.submit(queue="held"), await world.submit(queue="free")
    await world.pause("held")
    assert await world.claim_ids() == [free]
    assert await world.claim_ids(queues=("held",)) == []
    await world.resume("held")
    assert await world.claim_ids() == [held]


async def test_a_pause_is_seen_through_every_store_object(world: World) -> None:
    other = await world.another()
    await world.submit()
    await world.claim_ids(want=0, store=other)
    await world.pause()
    assert await world.claim(store=other) == []


async def test_a_pause_leaves_running_jobs_alone(world: World) -> None:
    await world.submit()
    claimed = await world.claim_one()
    await world.pause()
    assert await world.complete(claimed.lease)


@pytest.mark.parametrize("said", [{"delay": 60.0}, {"queue": "other", "delay": 60.0}])
async def test_a_scheduled_job_is_not_given_before_its_time(world: World, said: dict[str, Any]) -> None:
    identifier = await world.submit(**said)
    await world.advance(58)
    await world.stir()
    assert await world.claim() == []
    await world.advance(3)
    assert await world.claim_ids() == [identifier]

"""Jobs move from one kind of store to another and back, with everything that is known of them."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from ferryman.domain.job import Job
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import State
from ferryman.moving import BY, Moved, move_jobs
from ferryman.store.protocol import Store
from ferryman.store.query import Include, JobFilter, PageRequest
from ferryman.stores import open_store
from tests.conformance.topologies import Topology
from tests.conformance.world import NO_ERROR, RETENTION, World
from tests.servers.running import running, running_cluster

JOBS = 12_000
KILLS = 5


class Place:
    """A store by its URL, at the real time."""

    def __init__(self, url: str) -> None:
        self.url = url

    def store(self, retention: object) -> Store:
        return open_store(self.url, RETENTION)

    def now(self) -> float:
        return time.time()

    async def advance(self, seconds: float) -> None:
        raise AssertionError("this clock is real")

    async def close(self) -> None: ...


def places(folder: Path) -> dict[str, str]:
    prefix = secrets.token_hex(6)
    return {
        "sqlite": f"sqlite:///{folder}/jobs.db",
        "redis": f"{running('redis-7.0').url}?prefix=t{prefix}",
        "cluster": f"{running_cluster().url}?prefix=t{prefix}&partitions=8",
    }


@pytest.fixture(params=["sqlite redis", "redis sqlite", "redis cluster", "cluster sqlite"])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[World, World]]:
    found = places(tmp_path)
    worlds = []
    for name in request.param.split():
        place: Topology = Place(found[name])
        world = World(place)
        await world.open()
        worlds.append(world)
    yield worlds[0], worlds[1]
    for world in worlds:
        await world.close_stores()


async def whole(world: World) -> dict[str, Job]:
    page = await world.store.inspector.find(JobFilter(), PageRequest(200, oldest_first=True))
    jobs = await world.store.inspector.get([job.id for job in page.jobs], frozenset(Include))
    return {job.id: job for job in jobs if job is not None}


def rounded(job: Job) -> Job:
    """Times to the millisecond, which is what every store keeps; without the place where it stood."""

    def at(moment: float | None) -> float | None:
        return None if moment is None else round(moment, 3)

    attempts = tuple(
        replace(one, started_at=round(one.started_at, 3), finished_at=at(one.finished_at)) for one in job.attempts or ()
    )
    times = {name: at(getattr(job, name)) for name in ("submitted_at", "run_at", "started_at", "finished_at")}
    if job.state is State.PENDING:
        times["run_at"] = None
    return replace(job, attempts=attempts, **times)  # type: ignore[arg-type]


async def move(source: World, target: World, patience: float = 0.0) -> Moved:
    return await move_jobs(source.store, target.store, patience, lambda done: None)


async def test_a_job_arrives_with_all_that_is_known_of_it(both: tuple[World, World]) -> None:
    source, target = both
    await source.submit(args='{"n": 1}', queue="mail", priority=8, timeout=9.5, tags=("a", "b"), key="k")
    await source.submit("other", delay=3_600.0, max_retries=7, max_crashes=2, request="r#0", fingerprint="f")
    await source.submit(args='{"text": "' + "x" * 1_000 + '"}')
    await source.submit("tried", max_retries=5)
    claimed = await source.claim_one(tasks=("tried",))
    await source.finish(Outcome.retried(claimed.lease, NO_ERROR, 60.0))
    before = await whole(source)
    assert await move(source, target) == Moved(moved=4)
    after = await whole(target)
    assert {i: rounded(job) for i, job in after.items()} == {i: rounded(job) for i, job in before.items()}
    assert await whole(source) == {}
    [again] = await target.store.submit([target.job(key="k")])
    assert (again.created, again.id in before) == (False, True)
    [repeated] = await target.store.submit([target.job("other", request="r#0", fingerprint="f")])
    assert repeated.replayed


async def test_attempts_go_on_where_they_were(both: tuple[World, World]) -> None:
    source, target = both
    identifier = await source.submit(max_retries=5)
    await source.finish(Outcome.retried((await source.claim_one()).lease, NO_ERROR, 0.0))
    await source.store.upkeep(10)
    await move(source, target)
    claimed = await target.claim_one()
    assert (claimed.id, claimed.attempt, claimed.retries) == (identifier, 2, 1)
    await target.complete(claimed.lease)
    job = await target.get(identifier)
    assert [attempt.number for attempt in job.attempts or ()] == [1, 2]


async def test_the_source_is_quiet_and_the_target_is_not(both: tuple[World, World]) -> None:
    source, target = both
    await source.submit(queue="free")
    await source.submit(queue="held")
    await source.pause("held", by="ada")
    await move(source, target)
    assert {row.name: row.paused_by for row in await source.store.inspector.queues()} == {"free": BY, "held": "ada"}
    paused = {row.name: row.paused_by for row in await target.store.inspector.queues() if row.paused}
    assert paused == {"held": "ada"}
    await target.resume("held")
    back = await move(target, source)
    assert back.moved == 2
    assert {row.name for row in await source.store.inspector.queues() if row.paused} == {"held"}


async def test_a_job_that_runs_is_left_and_said(both: tuple[World, World]) -> None:
    source, target = both
    await source.submit_many(2)
    claimed = await source.claim_one()
    assert await move(source, target) == Moved(moved=1, running=1)
    await source.finish(Outcome.released(claimed.lease))
    assert await move(source, target) == Moved(moved=1)


async def test_a_job_whose_key_another_holds_in_the_target_stays(both: tuple[World, World]) -> None:
    source, target = both
    await target.submit(key="k")
    stays = await source.submit(key="k")
    await source.submit()
    assert await move(source, target) == Moved(moved=1, taken=1)
    assert list(await whole(source)) == [stays]


async def test_a_move_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    found = places(tmp_path)
    source, target = World(Place(found["sqlite"])), World(Place(found["redis"]))
    await source.open()
    await target.open()
    ids = [identifier for _ in range(JOBS // 1_000) for identifier in await source.submit_many(1_000)]
    for kill in range(KILLS):
        process = await migrate(found["sqlite"], found["redis"])
        while await arrived(target) < (kill + 1) * JOBS // (KILLS + 1):  # noqa: ASYNC110  # the move makes it true
            await asyncio.sleep(0.005)
        process.kill()
        assert await process.wait() != 0, "it ended before it could be killed"
    process = await migrate(found["sqlite"], found["redis"])
    _, said = await process.communicate()
    assert process.returncode == 0, said
    assert await source.store.inspector.counts() == []
    assert sorted(await target.listed()) == sorted(ids)
    assert [i for _ in range(JOBS // 1_000) for i in await target.claim_ids(want=1_000)] == ids
    await source.close_stores()
    await target.close_stores()


async def migrate(source: str, target: str) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "ferryman", "migrate", source, target, "-y"]
    return await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


async def arrived(target: World) -> int:
    return sum(count.jobs for count in await target.store.inspector.counts())

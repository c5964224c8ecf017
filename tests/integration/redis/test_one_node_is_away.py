"""A node of a cluster freezes: jobs on the others go on, and nothing of what it holds is lost or spent."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ferryman.domain.lease import Claimed, LeaseState
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import State
from ferryman.store.protocol import Store
from ferryman.stores import open_store
from tests.conformance.world import worker_info
from tests.integration.redis.place import new_job, turn
from tests.servers.redis_cluster import RedisCluster
from tests.servers.redis_server import RedisServer

JOBS = 80


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RedisCluster]:
    made = RedisCluster(tmp_path / "redis").start()
    for node in made.nodes:
        # Nobody takes its place, and the others serve without it.
        node.ask("CONFIG", "SET", "cluster-node-timeout", "60000")
        node.ask("CONFIG", "SET", "cluster-require-full-coverage", "no")
    yield made
    made.stop()


@pytest.fixture
async def store(cluster: RedisCluster) -> AsyncIterator[Store]:
    made = open_store(f"{cluster.url}?partitions=8")
    await made.open()
    yield made
    for node in cluster.nodes:
        tell(node, signal.SIGCONT)  # a test that failed left it frozen
    await made.close()


def tell(node: RedisServer, number: int) -> None:
    os.kill(node.pid, number)


async def claim_all(store: Store, rounds: int, *outcomes: Outcome) -> list[Claimed]:
    claimed: list[Claimed] = []
    for _ in range(rounds):
        claimed += (await turn(store, *outcomes, want=JOBS)).claimed
    return claimed


async def test_the_others_go_on_and_nothing_is_spent(cluster: RedisCluster, store: Store) -> None:
    jobs = [new_job() for _ in range(JOBS)]
    await store.submit(jobs)
    await store.wait(["queues"], 0.1)
    tell(cluster.nodes[0], signal.SIGSTOP)
    begun = time.monotonic()
    there = await claim_all(store, rounds=4)
    assert JOBS / 4 < len(there) < JOBS
    assert time.monotonic() - begun < 30
    begun = time.monotonic()
    assert await claim_all(store, rounds=3) == []
    assert time.monotonic() - begun < 1, "the frozen node still holds up every turn"

    pulse = await store.extend(worker_info("w"), [job.lease for job in there], 60.0)
    assert set(pulse.leases) == {LeaseState.HELD}
    ended = await turn(store, *[Outcome.completed(job.lease, "1") for job in there])
    assert set(ended.accepted) == {True}

    tell(cluster.nodes[0], signal.SIGCONT)
    rest: list[Claimed] = []
    async with asyncio.timeout(40):
        while len(rest) < JOBS - len(there):
            rest += await claim_all(store, rounds=1)
            await asyncio.sleep(0.2)
    assert {job.id for job in [*there, *rest]} == {job.id for job in jobs}
    assert {(job.attempt, job.crashes) for job in rest} == {(1, 0)}


async def test_leases_on_a_frozen_node_are_unknown_and_not_lost(cluster: RedisCluster, store: Store) -> None:
    await store.submit([new_job() for _ in range(JOBS)])
    claimed = await claim_all(store, rounds=1)
    tell(cluster.nodes[0], signal.SIGSTOP)
    pulse = await store.extend(worker_info("w"), [job.lease for job in claimed], 60.0)
    assert set(pulse.leases) == {LeaseState.HELD, LeaseState.UNKNOWN}
    tell(cluster.nodes[0], signal.SIGCONT)
    async with asyncio.timeout(20):
        while LeaseState.UNKNOWN in pulse.leases:
            pulse = await store.extend(worker_info("w"), [job.lease for job in claimed], 60.0)
    assert set(pulse.leases) == {LeaseState.HELD}
    done = await turn(store, *[Outcome.completed(job.lease, "1") for job in claimed], want=0)
    assert set(done.accepted) == {True}
    states = {job.state for job in await store.inspector.get([job.id for job in claimed]) if job}
    assert states == {State.COMPLETED}

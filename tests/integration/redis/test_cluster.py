"""A cluster that moves slots, loses them, and asks to go elsewhere: calls find their way, or say what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
from redis import Redis
from redis.crc import key_slot

from ferryman.domain.errors import StoreMisconfigured, StoreUnavailable
from ferryman.domain.outcome import Outcome
from ferryman.store.protocol import Store
from ferryman.stores import open_store
from tests.integration.redis.place import jobs_in, new_job, submit, turn
from tests.servers.redis_cluster import MASTERS, RedisCluster, until
from tests.servers.redis_server import RedisServer

SLOT = str(key_slot(b"{fm:0}"))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RedisCluster]:
    made = RedisCluster(tmp_path / "redis").start()
    yield made
    made.stop()


@pytest.fixture
async def store(cluster: RedisCluster) -> AsyncIterator[Store]:
    made = open_store(f"{cluster.url}?partitions=1")
    await made.open()
    yield made
    await made.close()


def has_slot(node: RedisServer) -> bool:
    """Whether a node answers for the slot itself."""
    return not node.ask("EXISTS", "{fm:0}").startswith("-")


def owner(cluster: RedisCluster) -> RedisServer:
    return next(node for node in cluster.nodes[:MASTERS] if has_slot(node))


def name_of(node: RedisServer) -> str:
    return node.ask("CLUSTER", "MYID").split("\r\n")[1]


def keys_in_slot(node: RedisServer) -> list[bytes]:
    with Redis(port=node.port) as client:
        keys: list[bytes] = client.execute_command("CLUSTER", "GETKEYSINSLOT", SLOT, 1_000)
        return keys


def begin_to_move(cluster: RedisCluster) -> tuple[RedisServer, RedisServer]:
    """Let the owner of the slot give it away to the next master, without any key yet."""
    source = owner(cluster)
    target = next(node for node in cluster.nodes[:MASTERS] if node is not source)
    assert target.ask("CLUSTER", "SETSLOT", SLOT, "IMPORTING", name_of(source)) == "+OK"
    assert source.ask("CLUSTER", "SETSLOT", SLOT, "MIGRATING", name_of(target)) == "+OK"
    return source, target


def move(keys: Sequence[bytes], source: RedisServer, target: RedisServer) -> None:
    """Move keys one by one; a key that is there already is not written over: so does `redis-cli --cluster reshard`."""
    with Redis(port=source.port) as client:
        for key in keys:
            moved = client.execute_command("MIGRATE", "127.0.0.1", target.port, key, 0, 5_000)
            assert moved == b"OK"


def end_to_move(cluster: RedisCluster, source: RedisServer, target: RedisServer) -> None:
    move(keys_in_slot(source), source, target)
    for node in (target, source):
        assert node.ask("CLUSTER", "SETSLOT", SLOT, "NODE", name_of(target)) == "+OK"


async def test_calls_follow_a_slot_that_moved(cluster: RedisCluster, store: Store) -> None:
    for _ in range(3):
        await submit(store)
    end_to_move(cluster, *begin_to_move(cluster))
    assert (await submit(store)).created
    assert len((await turn(store)).claimed) == 4


async def test_nothing_is_decided_upon_while_only_half_of_the_keys_have_moved(
    cluster: RedisCluster, store: Store
) -> None:
    jobs = [new_job() for _ in range(5)]
    await store.submit(jobs)
    [held] = (await turn(store, want=1)).claimed
    source, target = begin_to_move(cluster)
    move(keys_in_slot(source)[::2], source, target)
    with pytest.raises(StoreUnavailable, match="is moving these keys to another node"):
        await turn(store)
    again = asyncio.create_task(store.submit(jobs))
    finished = asyncio.create_task(turn(store, Outcome.completed(held.lease, "1"), want=0))
    await asyncio.sleep(0.3)
    assert not again.done(), "it was decided upon"
    end_to_move(cluster, source, target)
    assert [answer.created for answer in await again] == [False] * 5
    assert list((await finished).accepted) == [True]
    assert {job.id for job in (await turn(store)).claimed} == {job.id for job in jobs} - {held.id}


async def test_a_move_under_load_loses_and_doubles_nothing(cluster: RedisCluster, store: Store) -> None:
    jobs = [new_job() for _ in range(600)]

    async def submit_all() -> None:
        for job in jobs:
            while True:
                try:
                    await store.submit([job])
                    break
                except StoreUnavailable:
                    continue
            await asyncio.sleep(0.001)

    submitting = asyncio.create_task(submit_all())
    await asyncio.sleep(0.1)
    source, target = begin_to_move(cluster)
    while keys := keys_in_slot(source):
        await asyncio.to_thread(move, keys[:50], source, target)
    end_to_move(cluster, source, target)
    await submitting
    assert await jobs_in(store) == 600
    assert {job.id for job in (await turn(store, want=600)).claimed} == {job.id for job in jobs}


async def test_servers_that_send_to_each_other_are_told_apart_from_a_fault_of_ours(
    cluster: RedisCluster, store: Store
) -> None:
    source, target = begin_to_move(cluster)
    move(keys_in_slot(source), source, target)
    # The last step of a move, cut off in the middle: the new owner has not heard that it is one.
    assert source.ask("CLUSTER", "SETSLOT", SLOT, "NODE", name_of(target)) == "+OK"
    with pytest.raises(StoreUnavailable, match="do not agree which of them has these keys"):
        await submit(store)
    assert target.ask("CLUSTER", "SETSLOT", SLOT, "NODE", name_of(target)) == "+OK"
    assert (await submit(store)).created
    assert await jobs_in(store) == 1


async def test_a_slot_that_nobody_has_is_named(cluster: RedisCluster, store: Store) -> None:
    await submit(store)
    for node in cluster.nodes:
        node.ask("CLUSTER", "DELSLOTS", SLOT)
    with pytest.raises(StoreUnavailable, match="is a cluster that misses some of its slots"):
        await submit(store)
    first = cluster.nodes[0]
    first.ask("CLUSTER", "ADDSLOTS", SLOT)
    until(lambda: all("cluster_state:ok" in node.ask("CLUSTER", "INFO") for node in cluster.nodes))
    assert (await submit(store)).created


async def test_a_master_that_dies_is_replaced_by_its_replica(cluster: RedisCluster, store: Store) -> None:
    await submit(store)
    dead = owner(cluster)
    await asyncio.sleep(0.2)  # for the replica to have it
    dead.kill()

    async def goes_on() -> None:
        while True:
            try:
                await submit(store)
                return
            except StoreUnavailable:
                continue

    await asyncio.wait_for(goes_on(), 20)
    assert await jobs_in(store) == 2


async def test_a_server_that_is_no_cluster_is_named(tmp_path: Path) -> None:
    alone = RedisServer(tmp_path / "alone").start()
    made = open_store(f"redis+cluster://127.0.0.1:{alone.port}")
    try:
        with pytest.raises(StoreMisconfigured, match="is no cluster"):
            await made.open()
    finally:
        alone.stop()

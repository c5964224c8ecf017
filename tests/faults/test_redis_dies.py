"""Redis is killed under load, with and without somebody to take its place: what was acknowledged is kept."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.load import Load, work_goes_on
from tests.faults.site import Site
from tests.servers.redis_cluster import MASTERS, RedisCluster
from tests.servers.redis_sentinel import RedisSentinel
from tests.servers.redis_server import EVERYSEC, RedisServer

KILLS = 10
#: A dead server is noticed and replaced within this time, in seconds; until then nobody can be served.
FAILOVER = 45.0


@pytest.fixture
def quick_disk() -> Iterator[Path]:
    """A folder on a disk that never stalls: while an fsync is under way, Redis may answer before it has written."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="ferryman-", dir=memory if os.access(memory, os.W_OK) else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(180)
async def test_redis_is_killed_ten_times_under_load(tmp_path: Path, quick_disk: Path) -> None:
    server = RedisServer(quick_disk, settings=EVERYSEC).start()
    site = Site(tmp_path, server.url)
    worker = site.worker()
    load = Load(site)
    submitting = asyncio.create_task(load.run())
    try:
        await work_goes_on(site, within=20)
        for number in range(KILLS):
            before = len(load.acknowledged)
            while len(load.acknowledged) < before + 200:  # noqa: ASYNC110  # the load makes it true
                await asyncio.sleep(0.01)
            server.kill()
            await asyncio.to_thread(server.start)
            await work_goes_on(site, within=3)
            assert worker.poll() is None, f"the worker ended at kill {number}"
        load.stopping = True
        await submitting
        await load.check()
        assert len(load.acknowledged) > 200 * KILLS
    finally:
        await site.close()
        server.stop()


@pytest.mark.timeout(180)
async def test_a_failover_by_sentinel_loses_nothing_that_a_replica_confirmed(tmp_path: Path) -> None:
    servers = await asyncio.to_thread(RedisSentinel(tmp_path / "redis").start)
    site = Site(tmp_path, servers.url, replicas=1)
    worker = site.worker()
    load = Load(site, rate=200)
    submitting = asyncio.create_task(load.run())
    try:
        await work_goes_on(site, within=20)
        first = servers.master()
        first.kill()
        # Workers need no replica, and go on as soon as there is a master.
        while servers.master() is first:  # noqa: ASYNC110  # the sentinels make it true
            await asyncio.sleep(0.1)
        # Submits do: the old master comes back as one.
        await asyncio.to_thread(first.start)
        await work_goes_on(site, within=FAILOVER)
        load.stopping = True
        await submitting
        await load.check()
        assert servers.master() is not first
        assert worker.poll() is None
    finally:
        await site.close()
        servers.stop()


@pytest.mark.timeout(180)
async def test_a_failover_of_a_cluster_loses_nothing_that_a_replica_confirmed(tmp_path: Path) -> None:
    cluster = await asyncio.to_thread(RedisCluster(tmp_path / "redis").start)
    site = Site(tmp_path, f"{cluster.url}?partitions=8", replicas=1)
    worker = site.worker()
    load = Load(site, rate=200)
    submitting = asyncio.create_task(load.run())
    try:
        await work_goes_on(site, within=20)
        master, replica = cluster.nodes[0], cluster.nodes[MASTERS]
        master.kill()
        while "role:master" not in replica.ask("INFO", "replication"):  # noqa: ASYNC110  # the cluster makes it true
            await asyncio.sleep(0.1)
        await asyncio.to_thread(master.start)
        await work_goes_on(site, within=FAILOVER)
        load.stopping = True
        await submitting
        await load.check()
        assert worker.poll() is None
    finally:
        await site.close()
        cluster.stop()

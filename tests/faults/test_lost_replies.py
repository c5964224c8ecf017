"""A network that loses one reply in five, after the server did as it was asked: nothing is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ferryman import State
from ferryman.domain.errors import StoreUnavailable
from tests.faults.fault_tasks import quick
from tests.faults.site import Site, until
from tests.servers.lossy_proxy import LossyProxy
from tests.servers.redis_server import RedisServer

JOBS = 10_000
BATCH = 50
LOST = 0.2


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[LossyProxy]:
    server = RedisServer(tmp_path / "redis").start()
    proxy = LossyProxy(server.port, LOST, random.Random(7))
    await proxy.start()
    yield proxy
    await proxy.close()
    server.stop()


async def submit(site: Site, numbers: list[int]) -> list[str]:
    """Submit, as often as it takes: an unknown outcome is asked for again with the same jobs."""
    jobs = [quick.job(number=number) for number in numbers]
    while True:
        try:
            return [handle.id for handle in await site.ferry.submit(jobs)]
        except StoreUnavailable:
            continue


@pytest.mark.timeout(180)
async def test_ten_thousand_jobs_over_a_network_that_loses_replies(tmp_path: Path, proxy: LossyProxy) -> None:
    # A lease that outlives a row of lost heartbeats: here only replies are lost, no worker is.
    site = Site(tmp_path, f"redis://127.0.0.1:{proxy.port}", lease=60.0)
    try:
        site.worker()
        parts = [list(range(start, start + BATCH)) for start in range(0, JOBS, BATCH)]
        ids = [job_id for part in parts for job_id in await submit(site, part)]
        assert len(set(ids)) == JOBS

        async def all_completed() -> bool:
            try:
                client = await site.ferry.connections.here()
                counts = await client.store.inspector.counts()
            except StoreUnavailable:
                return False
            assert sum(count.jobs for count in counts) <= JOBS
            return sum(count.jobs for count in counts if count.state is State.COMPLETED) == JOBS

        await until(all_completed, "all jobs are completed", within=150)
        witnessed = site.witnessed()
        assert {job_id: witnessed[f"start {job_id}"] for job_id in ids} == dict.fromkeys(ids, 1), "some ran twice"
        assert proxy.lost > 100, "too few replies were lost to prove anything"
    finally:
        await asyncio.wait_for(site.close(), 20)

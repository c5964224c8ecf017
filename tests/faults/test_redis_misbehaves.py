"""Redis forgets its scripts, cuts connections, stalls and is emptied under load: clear answers, and no crash."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from tests.faults.load import work_goes_on
from tests.faults.site import Site
from tests.servers.redis_server import RedisServer

CONNECTIONS = 8
SECONDS = 3.0


@dataclass
class Hell:
    """A site on a Redis of its own."""

    site: Site
    redis: RedisServer


@pytest.fixture
async def hell(tmp_path: Path) -> AsyncIterator[Hell]:
    redis = RedisServer(tmp_path / "redis").start()
    site = Site(tmp_path, redis.url)
    yield Hell(site, redis)
    await site.close()
    redis.stop()


@dataclass
class Callers:
    """Submit and look over HTTP, and count the answers."""

    port: int
    statuses: Counter[int] = field(default_factory=Counter)
    problems: set[str] = field(default_factory=set)
    stopping: bool = False

    async def run(self) -> None:
        await asyncio.gather(*[self._call() for _ in range(CONNECTIONS)])

    async def _call(self) -> None:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=20) as client:
            while not self.stopping:
                answer = await client.post("/submit-job", json={"task": "quick", "args": {"number": 1}})
                self._count(answer)
                if answer.status_code == 200:
                    self._count(await client.get(f"/job-status/{answer.json()['job_id']}"))
                await asyncio.sleep(0.01)

    def _count(self, answer: httpx2.Response) -> None:
        self.statuses[answer.status_code] += 1
        if answer.status_code == 503:
            assert answer.headers["retry-after"]
            self.problems.add(answer.json()["detail"])


async def nothing(redis: RedisServer) -> None:
    await asyncio.sleep(0.2)


async def forget_scripts(redis: RedisServer) -> None:
    await asyncio.to_thread(redis.ask, "SCRIPT", "FLUSH")
    await asyncio.sleep(0.05)


async def cut_connections(redis: RedisServer) -> None:
    await asyncio.to_thread(redis.ask, "CLIENT", "KILL", "TYPE", "normal")
    await asyncio.to_thread(redis.ask, "CLIENT", "KILL", "TYPE", "pubsub")
    await asyncio.sleep(0.2)


async def stall(redis: RedisServer) -> None:
    await asyncio.to_thread(redis.ask, "CLIENT", "PAUSE", "700", "ALL")
    await asyncio.sleep(1)


async def empty(redis: RedisServer) -> None:
    await asyncio.to_thread(redis.ask, "FLUSHALL")
    await asyncio.sleep(0.3)


@pytest.mark.parametrize("misdeed", [nothing, forget_scripts, cut_connections, stall, empty])
async def test_the_api_answers_and_the_worker_goes_on(hell: Hell, misdeed: object) -> None:
    assert callable(misdeed)
    server, worker = await hell.site.server(), hell.site.worker()
    await work_goes_on(hell.site, within=20)
    callers = Callers(hell.site.port)
    calling = asyncio.create_task(callers.run())
    async with asyncio.timeout(SECONDS + 10):
        begun = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < begun + SECONDS:
            await misdeed(hell.redis)
    callers.stopping = True
    await calling
    await work_goes_on(hell.site, within=10)
    # 404: the job was there and is not, once the store was emptied.
    allowed = {200, 404} if misdeed is empty else {200, 503}
    assert set(callers.statuses) <= allowed, (callers.statuses, callers.problems)
    assert callers.statuses[200] > 50
    assert (server.poll(), worker.poll()) == (None, None)
    for log in hell.site.folder.glob("*.log"):
        assert "Traceback" not in log.read_text(), f"{log.name}: {log.read_text()[-2_000:]}"

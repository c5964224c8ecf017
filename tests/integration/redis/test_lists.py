"""Lists on Redis: how few commands it takes to find something among many jobs."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from benchmarks.filling import Mixture, fill
from benchmarks.lists import filters_of
from ferryman.domain.retention import Retention
from ferryman.domain.state import State
from ferryman.store.query import JobFilter, PageRequest
from ferryman.stores import open_store
from tests.servers.redis_server import RedisServer
from tests.servers.running import running

MANY_JOBS, LANES = 100_000, 200
#: Commands inside a script that a lane may cost, and those that reading a page of jobs may.
EACH_LANE, READING = 10, 300
#: Looks at one job for a page and for a count, and the commands that each may cost.
LOOKS, COUNTED, EACH_LOOK = 2_000, 10_000, 3


def commands(server: RedisServer) -> int:
    """Return how many commands the server has run."""
    lines = [line for line in server.ask("INFO", "commandstats").splitlines() if line.startswith("cmdstat_")]
    return sum(int(line.partition("calls=")[2].partition(",")[0]) for line in lines)


@pytest.mark.timeout(300)
async def test_no_question_reads_all_of_a_hundred_thousand_jobs() -> None:
    # Seen red without the bound of a search.
    server = running("redis-7.0")
    store = open_store(f"{server.url}?prefix=t{secrets.token_hex(6)}", Retention(), allow_volatile=True)
    await store.open()
    mixture = Mixture.of(LANES)
    try:
        await fill(store, MANY_JOBS, mixture, run=100)
        inspector = store.inspector
        pending = (await inspector.find(JobFilter((State.PENDING,)), PageRequest(1))).jobs[0]
        too_many: dict[str, int] = {}

        async def spend(name: str, most: int, ask: Callable[[], Awaitable[object]]) -> None:
            before = commands(server)
            await ask()
            if (spent := commands(server) - before) > most + LANES * EACH_LANE + READING:
                too_many[name] = spent

        for name, where in filters_of(mixture, pending).items():
            looks = LOOKS if where.scanned else 0
            await spend(f"list {name}", looks * EACH_LOOK, partial(inspector.find, where, PageRequest(50)))
            looks = COUNTED if where.scanned else 0
            await spend(f"count {name}", looks * EACH_LOOK, partial(inspector.count, where))
        await spend("ahead", 0, partial(inspector.ahead, pending.id))
        assert too_many == {}
    finally:
        await store.close()

"""A name that leads to another server than before: the connections to the old one are not used again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.redis.place import Place, submit, turn
from tests.servers.lossy_proxy import LossyProxy
from tests.servers.redis_server import RedisServer


@pytest.fixture
def other(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "other").start()
    yield server
    server.stop()


@pytest.fixture
async def way(anywhere: Place) -> AsyncIterator[LossyProxy]:
    """A way to a server, which may lead to another one from now on."""
    made = LossyProxy(anywhere.redis.port, 0.0, random.Random(1))
    await made.start()
    yield made
    await anywhere.close()
    await made.close()


async def test_a_server_that_was_demoted_is_asked_no_more(anywhere: Place, other: RedisServer, way: LossyProxy) -> None:
    # Seen red when each connection had to find out for itself: a call gave up before it had come through them all.
    store = await anywhere.store(f"redis://127.0.0.1:{way.port}")
    await asyncio.gather(*[submit(store) for _ in range(20)], *[turn(store) for _ in range(20)])
    way.server_port = other.port
    anywhere.redis.ask("REPLICAOF", "127.0.0.1", str(other.port))
    assert len((await turn(store)).claimed) == 0
    assert (await submit(store)).created
    assert len((await turn(store)).claimed) == 1
    assert other.ask("DBSIZE") != ":0"

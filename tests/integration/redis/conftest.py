"""A server of its own for each test that spoils it, and a store on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.redis.place import KINDS, Place
from tests.servers.redis_server import RedisServer


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis").start()
    yield server
    server.stop()


@pytest.fixture(params=KINDS)
async def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """A place on a server of each kind."""
    server = RedisServer(tmp_path / "redis", request.param).start()
    made = Place(server)
    yield made
    await made.close()
    server.stop()


@pytest.fixture
async def place(redis: RedisServer) -> AsyncIterator[Place]:
    made = Place(redis)
    yield made
    await made.close()

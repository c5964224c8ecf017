"""The store that is measured: a fresh SQLite file on a real disk, or a fresh Redis that keeps nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ferryman.bench.tasks import ferry
from tests.servers.redis_server import VOLATILE, RedisServer

#: By the name that `--store` takes: the kind of server, None for SQLite.
KINDS = {"sqlite": None, "redis": "redis-7.0", "redis8": "redis-8", "valkey": "valkey-9"}


class Measured:
    """What the running measurement works on."""

    kind: str | None = None
    server: RedisServer | None = None


@asynccontextmanager
async def fresh_store() -> AsyncIterator[str]:
    """Point the app at an empty store and give its URL."""
    with tempfile.TemporaryDirectory(prefix="ferryman-bench-", dir=os.environ.get("BENCH_DIR")) as folder:
        server = None if Measured.kind is None else RedisServer(Path(folder), Measured.kind, VOLATILE).start()
        Measured.server = server
        url = f"sqlite:///{folder}/jobs.db" if server is None else server.url
        ferry.use_url(url)
        try:
            yield url
        finally:
            await ferry.close()
            if server is not None:
                server.stop()


def server() -> RedisServer:
    """Return the server under the fresh store."""
    assert Measured.server is not None, "this is measured on Redis: give --store redis"
    return Measured.server

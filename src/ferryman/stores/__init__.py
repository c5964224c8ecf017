"""The stores, and the only place that chooses between them."""

from __future__ import annotations

import os
from pathlib import Path

from ferryman.domain.clock import Clock
from ferryman.domain.errors import StoreMisconfigured
from ferryman.domain.retention import Retention
from ferryman.ports import SYSTEM
from ferryman.store.protocol import Store
from ferryman.store.scratch import Scratch

_HOW = (
    "Known stores: sqlite:///path/to/file.db, sqlite:////absolute/file.db, sqlite:// (memory, for tests), "
    "redis://host:6379/0, rediss://host (TLS), unix:///path/to/socket, redis+sentinel://h1,h2/master, "
    "redis+cluster://h1,h2."
)
_REDIS = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")
_MEMORY = ("", "/", ":memory:", "/:memory:")


def settle(url: str) -> str:
    """Give a memory URL a place of its own, so that every store opened for it shares the same jobs.

    The place is a temporary folder, in memory where the system has such a disk, and is gone when the process ends.
    """
    scheme, separator, rest = url.partition("://")
    if scheme != "sqlite" or not separator or rest not in _MEMORY:
        return url
    import atexit
    import tempfile  # rarely needed, and slow to import

    shared_memory = Path("/dev/shm")
    folder = tempfile.TemporaryDirectory(
        prefix="ferryman-", dir=shared_memory if os.access(shared_memory, os.W_OK) else None
    )
    atexit.register(folder.cleanup)
    return f"sqlite:///{folder.name}/memory.db"


def open_store(
    url: str,
    retention: Retention | None = None,
    *,
    durability: str = "full",
    replicas: int = 0,
    fsync: bool = False,
    allow_volatile: bool = False,
    clock: Clock = SYSTEM.clock,
) -> Store:
    """Return the store that a URL names, not opened yet: `await store.open()` on the loop that will use it.

    `durability` is for SQLite; `replicas`, `fsync` and `allow_volatile` are for Redis. Raises `StoreMisconfigured` for
    a URL that names no store.
    """
    kind, rest = _kind(settle(url))
    keep = retention or Retention()
    # Imported here: whoever uses one store does not load the others.
    if kind == "sqlite":
        from ferryman.stores.sqlite.store import SqliteStore

        return SqliteStore(Path(rest[1:]).expanduser(), keep, durability=durability, clock=clock)
    from ferryman.stores.redis.address import parse_address
    from ferryman.stores.redis.promises import Promises
    from ferryman.stores.redis.store import RedisStore

    promises = Promises(replicas, fsync, allow_volatile)
    return RedisStore(parse_address(url), keep, promises, clock=clock)


def scratch_beside(url: str) -> Scratch:
    """Return a place beside the store of a URL, not made yet; raises `StoreMisconfigured` as `open_store` does."""
    name = f"{SYSTEM.bits(32):08x}"
    kind, rest = _kind(url)
    if kind == "sqlite":
        from ferryman.stores.sqlite.scratch import SqliteScratch

        return SqliteScratch(Path(rest[1:]).expanduser(), name)
    from ferryman.stores.redis.scratch import RedisScratch

    return RedisScratch(url, name)


def _kind(url: str) -> tuple[str, str]:
    """Return which store a URL names, and what follows its scheme."""
    scheme, separator, rest = url.partition("://")
    if scheme == "sqlite" and separator:
        if not rest.startswith("/"):
            place = rest.rpartition("@")[2]  # what is before it may be a password
            raise StoreMisconfigured(f"sqlite://{place} names a host; a file takes three slashes: sqlite:///{place}")
        return "sqlite", rest
    if scheme in _REDIS and separator:
        return "redis", rest
    shown = scheme if separator else url.rpartition("@")[2][:40]
    raise StoreMisconfigured(f"no store goes by {shown!r}. {_HOW}")

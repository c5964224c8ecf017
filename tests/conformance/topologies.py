"""The places that stores live in while the suite runs. A new store adds one class and one name here, and no test."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ferryman.domain.retention import Retention
from ferryman.store.protocol import Store
from ferryman.stores import open_store
from tests.servers.running import running, running_cluster, running_sentinel

#: Where the fake clock starts, in seconds since the epoch: some Tuesday in 2030.
EPOCH = 1_893_456_000.0


class Topology(Protocol):
    """One place with jobs in it, and the clock of the stores on it."""

    def store(self, retention: Retention) -> Store:
        """Return a new store object on this place's data, not opened yet: another process's view."""

    def now(self) -> float:
        """Return the time of the stores here."""

    async def advance(self, seconds: float) -> None:
        """Move that time, for every store object on this place at once."""

    async def close(self) -> None:
        """Take the place away, once every store object on it is closed."""


class SqliteFile:
    """One file; each store object has its own connections to it, as another process would."""

    def __init__(self, folder: Path) -> None:
        self._url = f"sqlite:///{folder}/jobs.db"
        self._now = EPOCH

    def store(self, retention: Retention) -> Store:
        # Not synced to the disk: no test here cuts the power, and syncing is most of a test's time.
        return open_store(self._url, retention, durability="off", clock=self.now)

    def now(self) -> float:
        return self._now

    async def advance(self, seconds: float) -> None:
        self._now += seconds

    async def close(self) -> None:
        pass


class Redis:
    """A prefix of its own on a server; the server is shared by all tests of a process."""

    def __init__(self, url: str, partitions: int = 1) -> None:
        self._url = f"{url}?prefix=t{secrets.token_hex(6)}&partitions={partitions}"
        self._now = EPOCH
        # Each partition gives out its own places in line, by the time: at one moment, some would be the same.
        self._tick = 0.000005 if partitions > 1 else 0.0

    def store(self, retention: Retention) -> Store:
        return open_store(self._url, retention, clock=self.now)

    def now(self) -> float:
        self._now += self._tick
        return self._now

    async def advance(self, seconds: float) -> None:
        self._now += seconds

    async def close(self) -> None:
        pass


#: Every place there is.
_ALL: dict[str, Callable[[Path], Topology]] = {
    "sqlite": SqliteFile,
    "redis-6.2": lambda folder: Redis(running("redis-6.2").url),
    "redis-7.0": lambda folder: Redis(running("redis-7.0").url),
    "redis-8": lambda folder: Redis(running("redis-8").url),
    "valkey-9": lambda folder: Redis(running("valkey-9").url),
    "sentinel": lambda folder: Redis(running_sentinel().url),
    "cluster": lambda folder: Redis(running_cluster().url, partitions=1),
    "cluster-partitions": lambda folder: Redis(running_cluster().url, partitions=8),
}
#: What `world` in conftest.py is parametrized by: all, or those named in STORES, as in STORES=sqlite,redis-7.0
TOPOLOGIES = {name: _ALL[name] for name in os.environ.get("STORES", ",".join(_ALL)).split(",")}

#: Where jobs are spread over several lines, so that order is promised within each of them only.
MANY_LINES = frozenset({"cluster-partitions"})

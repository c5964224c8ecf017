"""Servers that tests of one process share, started when first asked for and stopped with the process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Protocol, Self, TypeVar

from tests.servers.redis_cluster import RedisCluster
from tests.servers.redis_sentinel import RedisSentinel
from tests.servers.redis_server import RedisServer

S = TypeVar("S", bound="Servers")


class Servers(Protocol):
    """A server, or several that work together."""

    @property
    def url(self) -> str:
        """The store's URL."""

    def start(self) -> Self:
        """Start, and return once it answers."""

    def stop(self) -> None:
        """Stop, whatever it does."""


@cache
def running(kind: str) -> RedisServer:
    """Return the running server of a kind."""
    return _keep(RedisServer(_folder() / kind, kind))


@cache
def running_cluster() -> RedisCluster:
    """Return a running cluster."""
    return _keep(RedisCluster(_folder() / "cluster"))


@cache
def running_sentinel() -> RedisSentinel:
    """Return running servers behind sentinels."""
    return _keep(RedisSentinel(_folder() / "sentinel"))


def _keep(servers: S) -> S:
    atexit.register(servers.stop)
    return servers.start()


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ferryman-servers-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder

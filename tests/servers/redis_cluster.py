"""A cluster of three masters with a replica each, on the loopback interface, made without any tool but the servers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.servers.redis_server import PATIENCE, RELAXED, RedisServer

MASTERS = 3
SLOTS = 16_384
#: A node that is silent for this long is taken for dead, in milliseconds.
NODE_TIMEOUT = "1000"
_SETTINGS = ("--cluster-enabled", "yes", "--cluster-node-timeout", NODE_TIMEOUT, "--repl-diskless-sync-delay", "0")


class RedisCluster:
    """Six servers that know each other; masters first, then the replica of each in the same order."""

    def __init__(self, folder: Path, kind: str = "redis-7.0", settings: Sequence[str] = RELAXED) -> None:
        self.nodes = [RedisServer(folder / str(n), kind, (*settings, *_SETTINGS)) for n in range(2 * MASTERS)]

    @property
    def url(self) -> str:
        """The store's URL."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"redis+cluster://{hosts}"

    def start(self) -> RedisCluster:
        """Start the servers, share the slots out, and return once every node knows that all is well."""
        try:
            self._join()
        except BaseException:
            self.stop()
            raise
        return self

    def _join(self) -> None:
        for node in self.nodes:
            node.start()
        first = self.nodes[0]
        for node in self.nodes[1:]:
            assert node.ask("CLUSTER", "MEET", "127.0.0.1", str(first.port)) == "+OK"
        masters = self.nodes[:MASTERS]
        for number, node in enumerate(masters):
            low, high = SLOTS * number // MASTERS, SLOTS * (number + 1) // MASTERS
            assert node.ask("CLUSTER", "ADDSLOTS", *map(str, range(low, high))) == "+OK"
        for master, replica in zip(masters, self.nodes[MASTERS:], strict=True):
            name = master.ask("CLUSTER", "MYID").split("\r\n")[1]
            until(lambda r=replica, n=name: r.ask("CLUSTER", "REPLICATE", n) == "+OK")  # type: ignore[misc]
        until(self._is_whole)

    def _is_whole(self) -> bool:
        return all(
            "cluster_state:ok" in node.ask("CLUSTER", "INFO") and node.ask("CLUSTER", "NODES").count("slave") == MASTERS
            for node in self.nodes
        ) and all("master_link_status:up" in node.ask("INFO", "replication") for node in self.nodes[MASTERS:])

    def stop(self) -> None:
        """Stop all servers."""
        for node in self.nodes:
            node.stop()


def until(done: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, "it does not come about"
        threading.Event().wait(0.05)

"""A master with a replica, and three sentinels that watch them, on the loopback interface."""

from __future__ import annotations

from pathlib import Path

from tests.servers.redis_cluster import until
from tests.servers.redis_server import RELAXED, RedisServer

NAME = "jobs"
SENTINELS = 3
#: A master that is silent for this long is taken for dead, in milliseconds.
DOWN_AFTER = 1_000


class RedisSentinel:
    """Two servers of which one is the master, and the sentinels; `servers[0]` is the first master."""

    def __init__(self, folder: Path, kind: str = "redis-7.0") -> None:
        settings = (*RELAXED, "--repl-diskless-sync-delay", "0")
        self.servers = [RedisServer(folder / f"server{n}", kind, settings) for n in range(2)]
        self.sentinels = [_Sentinel(folder / f"sentinel{n}", kind, self.servers[0].port) for n in range(SENTINELS)]

    @property
    def url(self) -> str:
        """The store's URL."""
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{NAME}/0"

    def start(self) -> RedisSentinel:
        """Start everything, and return once the sentinels know each other and the replica."""
        master, replica = self.servers
        master.start()
        replica.start()
        assert replica.ask("REPLICAOF", "127.0.0.1", str(master.port)) == "+OK"
        for sentinel in self.sentinels:
            sentinel.start()
        until(lambda: "master_link_status:up" in replica.ask("INFO", "replication"))
        until(lambda: all(self._knows_all(sentinel) for sentinel in self.sentinels))
        return self

    def _knows_all(self, sentinel: RedisServer) -> bool:
        words = sentinel.ask("SENTINEL", "MASTER", NAME).split("\r\n")
        said = dict(zip(words[2::4], words[4::4], strict=False))
        return said.get("num-slaves") == "1" and said.get("num-other-sentinels") == str(SENTINELS - 1)

    def master(self) -> RedisServer:
        """Return the server that the sentinels call the master."""
        words = self.sentinels[0].ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME).split("\r\n")
        return next(server for server in self.servers if str(server.port) == words[4])

    def stop(self) -> None:
        """Stop all servers."""
        for server in [*self.sentinels, *self.servers]:
            server.stop()


class _Sentinel(RedisServer):
    """A server in sentinel mode, which keeps its settings in a file."""

    def __init__(self, folder: Path, kind: str, master: int) -> None:
        self._file = folder / "sentinel.conf"
        super().__init__(folder, kind, ())
        self._text = (
            f"port {self.port}\nbind 127.0.0.1\ndir {folder}\n"
            f"sentinel monitor {NAME} 127.0.0.1 {master} 2\n"
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER}\n"
            f"sentinel failover-timeout {NAME} 5000\n"
        )

    def command(self) -> list[str]:
        """Return what starts it."""
        self._file.write_text(self._text)
        return [str(self.program), str(self._file), "--sentinel"]

"""What a server says of itself: whether it may be trusted with jobs, and what `doctor` tells of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from redis.exceptions import ResponseError

from ferryman.domain.errors import StoreIncompatible, StoreMisconfigured
from ferryman.store.messages import Finding, Health
from ferryman.stores.redis.calls import Calls
from ferryman.stores.redis.places import HOME
from ferryman.stores.redis.promises import Promises

#: How jobs are kept; rises when a release could not read what an older one wrote.
FORMAT = 1
OLDEST = (6, 2)
#: From here on WAITAOF tells when a write is on the disk.
KNOWS_WAITAOF = (7, 2)
#: Above this share of its memory limit a server is nearly full.
NEARLY_FULL = 0.9

_PERSIST = "start it with appendonly yes, as in: redis-server --appendonly yes"
_ALLOW = "or accept that with --allow-volatile (FERRYMAN_ALLOW_VOLATILE=1)"


@dataclass(frozen=True, slots=True)
class Server:
    """What INFO and CONFIG say. `fsync` is empty where the server does not tell, as hosted ones often do."""

    name: str
    version: tuple[int, ...]
    run_id: str
    append_only: bool
    fsync: str
    memory: int
    memory_limit: int
    eviction: str
    replicas: int
    write_failed: bool

    @property
    def level(self) -> str:
        """The durability level, as in the guarantees."""
        if not self.append_only:
            return "redis-none"
        return f"redis-{self.fsync or 'aof'}"

    @property
    def evicts_jobs(self) -> bool:
        """Whether a full server throws any key away, jobs among them."""
        return self.memory_limit > 0 and self.eviction.startswith("allkeys-")

    @property
    def shown(self) -> str:
        """Name and version."""
        return f"{self.name} {'.'.join(map(str, self.version))}"


async def read_servers(calls: Calls) -> list[Server]:
    """Return the servers that hold the partitions, each once."""
    answers = await asyncio.gather(
        *[
            calls.send(("INFO",), ("CONFIG", "GET", "appendfsync"), partition=partition)
            for partition in range(calls.partitions)
        ]
    )
    servers = [_server(_info(answer[0]), answer[1]) for answer in answers]
    return list({server.run_id: server for server in servers}.values())


def _info(reply: Any) -> dict[str, str]:
    """Read the answer to INFO; an account that may not ask gets an empty one."""
    if isinstance(reply, ResponseError):
        return {}
    lines = reply.decode(errors="replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line and not line.startswith("#"))


def _server(info: Mapping[str, str], config: Any) -> Server:
    fsync = "" if isinstance(config, ResponseError) or len(config) < 2 else config[1].decode()
    version = info.get("valkey_version") or info.get("redis_version", "")
    return Server(
        name="Valkey" if "valkey_version" in info else "Redis",
        version=tuple(int(part) for part in version.split(".") if part.isdigit()),
        run_id=info.get("run_id", ""),
        append_only=info.get("aof_enabled", "1") == "1",
        fsync=fsync,
        memory=int(info.get("used_memory", 0)),
        memory_limit=int(info.get("maxmemory", 0)),
        eviction=info.get("maxmemory_policy", "noeviction"),
        replicas=int(info.get("connected_slaves", 0)),
        write_failed=info.get("aof_last_write_status", "ok") != "ok",
    )


async def check_server(calls: Calls, promises: Promises) -> None:
    """Raise what makes a server unfit for jobs."""
    shown = calls.address.shown
    await calls.open()
    for server in await read_servers(calls):
        if server.version and server.version < OLDEST:
            raise StoreIncompatible(f"{server.shown} at {shown} is too old: Redis 6.2 or later, or Valkey, is needed")
        if server.evicts_jobs:
            raise StoreMisconfigured(
                f"{server.shown} at {shown} throws jobs away when it is full (maxmemory-policy {server.eviction}): "
                "set maxmemory-policy noeviction"
            )
        if not server.append_only and not promises.allow_volatile:
            raise StoreMisconfigured(
                f"{server.shown} at {shown} would lose jobs when it stops, for it keeps no append-only file: "
                f"{_PERSIST}; {_ALLOW}"
            )
        if promises.fsync and not (server.append_only and server.version >= KNOWS_WAITAOF):
            raise StoreMisconfigured(
                f"{server.shown} at {shown} cannot tell when a submit is on its disk, as fsync asks: that takes Redis "
                "7.2 or later, or Valkey, with appendonly yes"
            )
        if not server.append_only:
            _warn(f"{server.shown} at {shown} keeps no append-only file: its jobs are lost when it stops")
    await _check_format(calls)


@cache
def _warn(text: str) -> None:
    """Say it in the log, once in a process."""
    logging.getLogger("ferryman").warning(text)


async def _check_format(calls: Calls) -> None:
    shown, ours = calls.address.shown, calls.partitions
    version, partitions = map(int, await calls.run("register_format", HOME, FORMAT, ours))
    if version != FORMAT:
        raise StoreIncompatible(f"the jobs at {shown} were written by a newer version of Ferryman: upgrade this one")
    if partitions != ours:
        raise StoreMisconfigured(
            f"the jobs at {shown} are spread over {partitions} partitions and this URL says {ours}: "
            f"put partitions={partitions} into it"
        )


async def read_health(calls: Calls) -> Health:
    """Return how the servers are."""
    servers = await read_servers(calls)
    level = min((server.level for server in servers), key=_worst, default="redis-none")
    findings = [finding for server in servers for finding in examine(server)]
    return Health("redis", level, calls.address.shown, findings)


def _worst(level: str) -> int:
    order = ("redis-none", "redis-no", "redis-everysec", "redis-aof", "redis-always")
    return order.index(level) if level in order else 0


def examine(server: Server) -> Iterator[Finding]:
    """Return what there is to say of a server."""
    told = f", {server.replicas} replicas" if server.replicas else ""
    yield Finding("ok", f"{server.shown}, {server.level}{told}")
    if not server.append_only:
        yield Finding("error", "the append-only file is off: jobs are lost when the server stops", _PERSIST)
    elif server.fsync == "no":
        yield Finding(
            "warning",
            "appendfsync no: a power cut loses what the system has not written, up to half a minute",
            "CONFIG SET appendfsync everysec",
        )
    elif not server.fsync:
        yield Finding("warning", "the server does not tell how often it syncs to its disk", "Look at its settings.")
    if server.write_failed:
        yield Finding("error", "the last write to the append-only file failed", "Look at the server's log and disk.")
    yield from _memory(server)


def _memory(server: Server) -> Iterator[Finding]:
    if server.eviction != "noeviction":
        harm = "jobs" if server.eviction.startswith("allkeys-") else "what makes a repeated turn harmless"
        yield Finding(
            "error" if server.evicts_jobs else "warning",
            f"maxmemory-policy {server.eviction}: a full server would throw {harm} away",
            "CONFIG SET maxmemory-policy noeviction",
        )
    if server.memory_limit and server.memory > NEARLY_FULL * server.memory_limit:
        share = server.memory / server.memory_limit
        yield Finding(
            "warning",
            f"the server's memory is {share:.0%} full: it would refuse new jobs",
            "Raise maxmemory, or keep finished jobs for a shorter time (FERRYMAN_KEEP_COMPLETED).",
        )

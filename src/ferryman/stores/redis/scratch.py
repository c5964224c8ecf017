"""Keys of their own on the server of a store, for measuring: under a prefix that nobody else has."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from dataclasses import replace
from statistics import median
from typing import Any

from redis.exceptions import ResponseError

from ferryman.ports import SYSTEM
from ferryman.store.scratch import Spent
from ferryman.stores.redis.address import Kind, parse_address
from ferryman.stores.redis.calls import Calls
from ferryman.stores.redis.failures import translate
from ferryman.stores.redis.keys import KEYS, base
from ferryman.stores.redis.links import link_to
from ferryman.stores.redis.places import HOME

#: Keys that one look at the server's keys walks, which holds it up for well under a millisecond.
_AT_ONCE = 500
_PINGS = 200


class RedisScratch:
    """The `Scratch` of `store/scratch.py`: a prefix, on whatever servers the URL names."""

    def __init__(self, url: str, name: str) -> None:
        address = parse_address(url)
        self._prefix = f"{address.prefix[:40]}-bench-{name}"
        place, _, query = url.partition("?")
        kept = [pair for pair in query.split("&") if pair and not pair.startswith("prefix=")]
        self._url = f"{place}?{'&'.join([*kept, f'prefix={self._prefix}'])}"
        self._local = address.kind is Kind.UNIX or all(_is_here(host) for host, _ in address.hosts)
        link = link_to(address)
        self._calls = Calls(replace(address, prefix=self._prefix), SYSTEM.clock, SYSTEM, link)
        self._neighbour = Calls(address, SYSTEM.clock, SYSTEM, link)

    @property
    def url(self) -> str:
        """The URL that was named, with a prefix of its own."""
        return self._url

    @property
    def shown(self) -> str:
        """The keys."""
        return f"the keys that begin with {{{self._prefix}:"

    @property
    def local(self) -> bool:
        """Whether the servers are on this machine, as far as their addresses tell."""
        return self._local

    @property
    def remark(self) -> str:
        """Nothing: how far the server is, `step` tells."""
        return ""

    def make(self) -> None:
        """Keys need no place that is made before them."""

    async def has_neighbour(self) -> bool:
        """Whether a store was ever opened under the prefix that was named."""
        key = base(self._neighbour.address.prefix, HOME) + KEYS["FORMAT"]
        [found] = self._told(await self._neighbour.send(("EXISTS", key)))
        return bool(found)

    async def free(self) -> int | None:
        """Return the least that is left below maxmemory on any server."""
        infos = await self._infos()
        limited = [info for info in infos if info.get("maxmemory")]
        return min((int(info["maxmemory"] - info["used_memory"]) for info in limited), default=None)

    async def used(self) -> int | None:
        """Return the memory of all servers."""
        infos = await self._infos()
        return int(sum(info.get("used_memory", 0) for info in infos)) or None

    async def spent(self) -> Spent | None:
        """Return what all servers have spent; None where one of them does not tell."""
        infos = await self._infos()
        if not infos or any("used_cpu_user" not in info for info in infos):
            return None
        cpu = sum(info["used_cpu_user"] + info["used_cpu_sys"] for info in infos)
        return Spent(cpu, sum(info["commands"] for info in infos))

    async def step(self) -> float:
        """Return the median time of a round trip."""
        times = []
        for _ in range(_PINGS):
            began = SYSTEM.monotonic()
            await self._calls.send(("PING",))
            times.append(SYSTEM.monotonic() - began)
        return median(times)

    async def clear(self) -> None:
        """Delete the keys, and close the connections."""
        try:
            for partition in range(self._calls.partitions):
                async for keys in self._keys(partition):
                    self._told(await self._calls.send(("UNLINK", *keys), partition=partition))
        finally:
            await self._calls.close()

    async def _keys(self, partition: int) -> AsyncIterator[list[bytes]]:
        """Walk the keys of a partition; those that are there all the while are found."""
        pattern, cursor = base(self._prefix, partition) + ":*", b"0"
        while True:
            scan = ("SCAN", cursor, "MATCH", pattern, "COUNT", _AT_ONCE)
            [[cursor, keys]] = self._told(await self._calls.send(scan, partition=partition))
            if keys:
                yield keys
            if cursor == b"0":
                return

    async def _infos(self) -> list[dict[str, float]]:
        """Return the numbers of INFO, of each server once."""
        found: dict[str, dict[str, float]] = {}
        for partition in range(self._calls.partitions):
            [reply] = await self._calls.send(("INFO", "everything"), partition=partition)
            if isinstance(reply, bytes):  # an account that may not ask gets an error
                text = reply.decode(errors="replace")
                found[_value(text, "run_id")] = numbers_of(text)
        return list(found.values())

    def _told(self, replies: list[Any]) -> list[Any]:
        for reply in replies:
            if isinstance(reply, ResponseError):
                raise translate(reply, self._calls.address.shown) from reply
        return replies


def numbers_of(info: str) -> dict[str, float]:
    """Return the numbers in an answer to INFO, and how many commands ran by then as `commands`."""
    pairs = [line.partition(":")[::2] for line in info.splitlines()]
    numbers = {name: float(text) for name, text in pairs if text.replace(".", "", 1).isdigit()}
    calls = [text.partition("calls=")[2].partition(",")[0] for name, text in pairs if name.startswith("cmdstat_")]
    return numbers | {"commands": float(sum(map(int, calls)))}


def _value(info: str, name: str) -> str:
    return next((line.partition(":")[2] for line in info.splitlines() if line.startswith(f"{name}:")), "")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

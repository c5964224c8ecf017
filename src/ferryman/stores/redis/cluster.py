"""A cluster: which server has which slots, learnt from any of them and learnt anew when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import ClusterDownError, MovedError, RedisError, ResponseError

from ferryman.ports import SYSTEM
from ferryman.stores.redis.address import Address
from ferryman.stores.redis.links import PoolLink, pool_of
from ferryman.stores.redis.wire import Command

Place = tuple[str, int]


class _Range(NamedTuple):
    """The slots from `first` to `last` and the server that has them."""

    first: int
    last: int
    place: Place


class ClusterLink:
    """The `Link` to many servers, each with its share of the slots."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._links: dict[Place, PoolLink] = {}
        self._ranges: list[_Range] = []
        self._learning = asyncio.Lock()
        self._lesson = 0

    async def open(self) -> None:
        """Learn which server has which slots."""
        await self._learn(self._lesson)

    async def send(self, key: str, commands: Sequence[Command], *, in_order: bool = False) -> list[Any]:
        """Send commands to the server that has the key, and after a move to the one that has it now.

        While a slot moves, its keys do so one by one, and a script that sees half of them decides wrongly: a job that
        is known would be stored again. What scripts are called with is no key that exists (`keys.py`), so that the
        old server answers ASK from the beginning of the move to its end. That is not followed but waited out.
        """
        lesson = self._lesson
        try:
            replies = await self._owner(key).send(key, commands, in_order=in_order)
        except (RedisError, OSError):
            await self._learn(lesson)  # another server may have the key before long
            raise
        for reply in replies:
            if isinstance(reply, MovedError):
                await self._learn(lesson)
                return await self._owner(key).send(key, commands, in_order=in_order)
        return replies

    def _owner(self, key: str) -> PoolLink:
        slot = key_slot(key.encode())
        for first, last, place in self._ranges:
            if first <= slot <= last:
                return self._link(place)
        raise ClusterDownError(f"CLUSTERDOWN no server has slot {slot}")

    def _link(self, place: Place) -> PoolLink:
        if place not in self._links:
            self._links[place] = PoolLink(pool_of(self._address, place))
        return self._links[place]

    async def _learn(self, lesson: int) -> None:
        """Ask servers for the slots until one tells; callers that noticed the same change share the answer."""
        async with self._learning:
            if lesson != self._lesson:
                return
            known = list({place for _, _, place in self._ranges} - {*self._address.hosts})
            known.sort(key=lambda _: SYSTEM.dice())
            trouble: Exception | None = None
            for place in [*known, *self._address.hosts]:
                try:
                    [slots] = await self._link(place).send("", [("CLUSTER", "SLOTS")])
                except (RedisError, OSError) as error:
                    trouble = error
                    continue
                if isinstance(slots, ResponseError):
                    raise slots
                self._ranges = [_range(entry, place[0]) for entry in slots]
                self._lesson += 1
                await self._forget_others()
                return
            assert trouble is not None
            raise trouble

    async def _forget_others(self) -> None:
        """Close the connections to servers that have no slots any more."""
        places = {place for _, _, place in self._ranges}
        for place in [place for place in self._links if place not in places]:
            await self._links.pop(place).close()

    def subscriber(self) -> Redis:
        """Return a client of any server: what is published on one is heard on all."""
        places = [place for _, _, place in self._ranges] or list(self._address.hosts)
        return self._link(places[SYSTEM.bits(16) % len(places)]).subscriber()

    async def close(self) -> None:
        """Close the connections to all servers."""
        for link in self._links.values():
            await link.close()

    def abandon(self) -> None:
        """Drop the connections to all servers."""
        for link in self._links.values():
            link.abandon()


def _range(entry: Sequence[Any], asked: str) -> _Range:
    """Read an entry of CLUSTER SLOTS; a server that does not know its own name has the one that we asked."""
    first, last, (host, port, *_) = entry[:3]
    return _Range(first, last, ((host or b"").decode() or asked, port))

"""Calls of scripts: each is one atomic step, and is sent again when its answer was lost.

Every script may be sent again without harm (`store/protocol.py`), so a broken connection, a failover or a moved slot
costs a moment. What does not pass soon is told to the caller, who repeats the call for as long as it likes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from ferryman import failpoints
from ferryman.domain.clock import Clock
from ferryman.domain.errors import StoreUnavailable
from ferryman.ports import SYSTEM, Ports
from ferryman.stores.redis.address import Address
from ferryman.stores.redis.failures import is_passing, translate
from ferryman.stores.redis.keys import base
from ferryman.stores.redis.links import Link
from ferryman.stores.redis.scripts import Script, script
from ferryman.stores.redis.wire import Command

Value = str | bytes | int | float

#: How long a call is repeated before the caller is told, in seconds.
PATIENCE = 2.0
#: Pauses between tries grow from the first to the longest, in seconds; dice keep callers from coming back together.
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 0.5


class Calls:
    """Calls scripts on the partitions of one address. A `clock` other than the system's replaces the server's."""

    def __init__(self, address: Address, clock: Clock, ports: Ports, link: Link) -> None:
        self.address = address
        self.ports = ports
        self.link = link
        self.closed = False
        self._clock = clock
        self._bases = [base(address.prefix, number) for number in range(address.partitions)]
        self._under_way = 0
        self._all_answered = asyncio.Event()
        self._all_answered.set()

    @property
    def partitions(self) -> int:
        """The number of partitions."""
        return len(self._bases)

    async def open(self) -> None:
        """Find the servers."""

        async def find() -> list[Any]:
            await self.link.open()
            return []

        await self._repeat(find)

    async def run(self, name: str, partition: int, *values: Value) -> Any:
        """Run scripts/`name`.lua on a partition and return its answer.

        Raises `StoreUnavailable`, `StoreMisconfigured` and `StoreIncompatible`.
        """
        [answer] = await self.run_with(name, partition, values)
        return answer

    async def run_with(
        self,
        name: str,
        partition: int,
        values: Sequence[Value],
        then: Sequence[Command] = (),
        *,
        in_order: bool = False,
    ) -> list[Any]:
        """Run a script, and commands behind it on the same connection; return all answers."""
        key = self._bases[partition]
        arguments = (1, key, self._time(), *values)
        called = script(name)
        return await self._repeat(lambda: self._call(called, key, arguments, then, in_order))

    async def send(self, *commands: Command, partition: int = 0) -> list[Any]:
        """Send commands that may be repeated; an error reply stands in the list as an exception."""
        return await self._repeat(lambda: self.link.send(self._bases[partition], commands))

    async def everywhere(self, name: str, *values: Value) -> list[Any]:
        """Run a script on every partition."""
        calls = [self.run(name, partition, *values) for partition in range(self.partitions)]
        return list(await asyncio.gather(*calls))

    def passing(self) -> float:
        """Return seconds that pass as the server's do: their difference stays the same."""
        return self.ports.monotonic() if self._clock is SYSTEM.clock else self._clock()

    def _time(self) -> int:
        """Return the time in microseconds that takes the place of the server's, 0 for none: tests own the clock."""
        return 0 if self._clock is SYSTEM.clock else round(self._clock() * 1_000_000)

    async def _call(
        self, called: Script, key: str, arguments: Sequence[Value], then: Sequence[Command], in_order: bool
    ) -> list[Any]:
        replies = await self.link.send(key, [("EVALSHA", called.sha, *arguments), *then], in_order=in_order)
        if isinstance(replies[0], NoScriptError):
            # The server started anew or its scripts were flushed: this also makes it remember the text.
            replies = await self.link.send(key, [("EVAL", called.text, *arguments), *then], in_order=in_order)
        for reply in replies:
            if isinstance(reply, Exception):
                raise reply
        failpoints.reached("redis.answered")
        return replies

    async def _repeat(self, send: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
        """Send until there is an answer, for a while."""
        if self.closed:
            raise StoreUnavailable(f"the store {self.address.shown} is closed")
        self._under_way += 1
        self._all_answered.clear()
        try:
            return await self._until_answered(send)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._all_answered.set()

    async def _until_answered(self, send: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
        begun = self.ports.monotonic()
        pause = FIRST_PAUSE
        while True:
            try:
                return await send()
            except (RedisError, RedisClusterException, OSError) as error:
                waited = self.ports.monotonic() - begun
                if self.closed or waited + pause > PATIENCE or not is_passing(error):
                    raise translate(error, self.address.shown) from error
            await asyncio.sleep(pause * (0.5 + self.ports.dice()))
            pause = min(2 * pause, LONGEST_PAUSE)

    async def close(self) -> None:
        """Let calls under way end, then close the connections."""
        self.closed = True
        await self._all_answered.wait()
        await self.link.close()

"""One connection to a server: redis-py opens it, then commands leave in one write and replies are read as they come.

redis-py's own way of sending costs three times as much processor time per call. What is hard about a connection
(names, TLS, passwords, databases, sentinels) stays with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import hiredis
from redis._parsers.base import BaseParser
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from ferryman import failpoints
from ferryman.stores.redis.failures import is_demoted

Command = tuple[str | bytes | int | float, ...]

#: A server that says nothing for this long is taken for gone, in seconds.
ANSWER_TIMEOUT = 5.0


def pack(commands: Sequence[Command]) -> bytes:
    """Write commands as the server reads them."""
    return b"".join([hiredis.pack_command(command) for command in commands])  # type: ignore[arg-type]


class _Exchange:
    """Commands that were sent together, and their replies as far as they came."""

    __slots__ = ("alarm", "answer", "missing", "replies")

    def __init__(self, missing: int, answer: asyncio.Future[list[Any]], alarm: asyncio.TimerHandle) -> None:
        self.missing = missing
        self.answer = answer
        self.alarm = alarm
        self.replies: list[Any] = []


class Wire(asyncio.Protocol):
    """Sends commands in order and hands out their replies.

    `settled` is called when nothing is under way any more: all was answered, or the wire is closed. A caller that is
    cancelled costs nothing: its replies are read all the same, so that nobody takes them for another's.
    """

    def __init__(self, settled: Callable[[Wire], None]) -> None:
        self._settled = settled
        self._reader = hiredis.Reader(protocolError=InvalidResponse, replyError=BaseParser.parse_error)
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._kept: asyncio.StreamWriter | None = None
        #: Which server it leads to, once it is open.
        self.server: tuple[str | None, int | None] | None = None
        self._under_way: deque[_Exchange] = deque()
        self._asked = False
        self.closed = False
        #: Whether the server said that it is a replica by now.
        self.demoted = False
        #: Set once the socket is closed, which takes a step of the loop.
        self.gone = asyncio.Event()

    async def open(self, make: Callable[[], AbstractConnection]) -> None:
        """Take over a connection that redis-py makes, once it is ready; raises what redis-py raises."""
        try:
            connection = await self._connect(make())
        except BaseException:
            self.closed = True
            self.gone.set()
            raise
        # Closed by us from here on. Kept, since a writer that is deleted may close what it writes to.
        self._kept, connection._writer = connection._writer, None
        read, connection._reader = connection._reader, None
        self.server = getattr(connection, "host", None), getattr(connection, "port", None)
        assert self._kept is not None
        assert read is not None
        self._transport = self._kept.transport
        self._transport.set_protocol(self)
        if self.closed or self._transport.is_closing() or read.at_eof():
            self.close()
            raise RedisConnectionError("the connection was closed at once")

    async def _connect(self, connection: AbstractConnection) -> AbstractConnection:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await connection.connect()  # type: ignore[no-untyped-call]
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        return connection

    def ask(self, packed: bytes, count: int) -> asyncio.Future[list[Any]]:
        """Send so many commands; an error reply stands in the list of replies as an exception.

        The future raises `RedisError` or OSError when there is no answer. Cancelling it takes nothing back.
        """
        answer: asyncio.Future[list[Any]] = self._loop.create_future()
        self._under_way.append(_Exchange(count, answer, self._loop.call_later(ANSWER_TIMEOUT, self._give_up)))
        self._asked = True
        try:
            self._transport.write(packed)
            failpoints.reached("redis.sent")
        except BaseException as error:
            # A reply that nobody read would be taken for the next command's.
            answer.cancel()
            self._end(RedisConnectionError(f"the connection was closed: {error!r}"))
            raise
        return answer

    def data_received(self, data: bytes) -> None:
        """Read replies; the last one of an exchange answers its caller."""
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not False:
                self._take(reply)
        except RedisError as error:
            self._end(error)
        self._note()

    def _take(self, reply: Any) -> None:
        if not self._under_way:
            raise InvalidResponse("the server sent a reply that nobody asked for")
        if isinstance(reply, Exception):
            if not isinstance(reply, ResponseError):
                raise reply  # loading, or refusing us: the connection is of no use
            if is_demoted(reply):
                # Whoever asks next is to find the server that took its place.
                self.closed = self.demoted = True
        exchange = self._under_way[0]
        exchange.replies.append(reply)
        exchange.missing -= 1
        if not exchange.missing:
            self._under_way.popleft()
            exchange.alarm.cancel()
            if not exchange.answer.done():
                exchange.answer.set_result(exchange.replies)

    def _give_up(self) -> None:
        self._end(RedisTimeoutError("no answer in time"))

    def _end(self, error: BaseException) -> None:
        """Close, and tell whoever waits that no answer will come."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()
        while self._under_way:
            exchange = self._under_way.popleft()
            exchange.alarm.cancel()
            if not exchange.answer.done():
                exchange.answer.set_exception(error)
        self._note()

    def _note(self) -> None:
        """Say once that nothing is under way any more."""
        if self._asked and not self._under_way:
            self._asked = False
            self._settled(self)

    def eof_received(self) -> None:
        """Send nothing more; whoever waits is told by `connection_lost`, which over TLS takes some steps."""
        self.closed = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits that no answer will come."""
        self.gone.set()
        self._end(RedisConnectionError(f"connection lost: {exc}" if exc else "the server closed the connection"))

    def close(self) -> None:
        """Close the connection; whoever waits for an answer is told."""
        self._end(RedisConnectionError("the connection was closed"))

    def retire(self) -> None:
        """Close the connection once all that was asked is answered; nothing more may be asked."""
        self.closed = True
        if not self._under_way:
            self.close()

    def abandon(self) -> None:
        """Close the socket of a loop that is gone."""
        self.closed = True
        drop(self._transport)


def drop(transport: Any) -> None:
    """Close one of asyncio's transports without its loop; uvloop's were closed with theirs, and must not be touched."""
    inner = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None) or transport
    if (opened := getattr(inner, "_sock", None)) is None:
        return
    with contextlib.suppress(RuntimeError):  # the loop is closed: this marks the transport as closed, no more
        transport.abort()
    opened.close()
    inner._sock = None

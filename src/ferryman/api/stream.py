"""Server-sent events (as the HTML standard has them): streams that end well, and that keep little for a slow reader.

A server's `send` returns while the client's connection takes what is written, and blocks once its buffer is full. So a
stream sends in small pieces, and asks for the next event only when the one before is on its way: of a client that never
reads no more is kept than that buffer, one event, and a place in whatever the events come from.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ferryman.api.problems import Problem
from ferryman.api.stopping import Stop

MEDIA_TYPE = "text/event-stream"
#: A stream on which nothing happens sends a comment this often, in seconds: proxies close what is silent.
HEARTBEAT = 15.0
#: Most streams that are open at once in one process.
MOST_STREAMS = 500
#: Bytes that are handed to the server at once.
PIECE = 16_384
#: A client that takes nothing for this long is let go, in seconds; it comes back and goes on where it was.
STALLED = 120.0
#: When the server stops, what is being sent has this long to get through, in seconds.
LAST_MOMENT = 0.3

_RETRY = b"retry: 2000\n\n"
_ALIVE = b":\n\n"
_HEADERS = {
    "Content-Type": MEDIA_TYPE,
    "Cache-Control": "no-store",
    # nginx would collect the events until its buffer is full.
    "X-Accel-Buffering": "no",
}
_BREAKS = re.compile(r"[\r\n]+")
_log = logging.getLogger("ferryman.api")


def event(kind: str, data: str, identifier: str = "") -> bytes:
    """Write one event; `data` is JSON text."""
    head = f"id: {identifier}\n" if identifier else ""
    # Between tokens, where JSON may have line breaks, a space says the same.
    return f"{head}event: {kind}\ndata: {_BREAKS.sub(' ', data)}\n\n".encode()


#: The last event of a stream that ends since the server stops: the client may come back to another one at once.
BYE = event("bye", "{}")


class Seats:
    """Counts the open streams of a process, and refuses one too many."""

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self._most = most
        self.taken = 0

    def check(self) -> None:
        """Raise the problem 503 when there is no place for one more."""
        if self.taken >= self._most:
            detail = f"{self._most} streams are open already, which is the most that this process keeps"
            raise Problem(503, "too_many_streams", detail, headers={"Retry-After": "5"})


SEATS = Seats()


class EventStream(Response):
    """Sends events as they come, until there are no more, the client leaves, or the server stops."""

    media_type = MEDIA_TYPE

    def __init__(self, events: AsyncIterator[bytes], stop: Stop, seats: Seats = SEATS) -> None:
        """Raises the problem 503 when too many streams are open."""
        seats.check()
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._events = events
        self._stop = stop
        self._seats = seats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        self._seats.taken += 1
        wire = Wire(receive, send, self._stop)
        try:
            await wire.begin(self.status_code, self.raw_headers)
            await wire.send(_RETRY)
            await self._send_all(wire)
        except Stalled:
            await wire.cut()
        finally:
            self._seats.taken -= 1
            await wire.close()

    async def _send_all(self, wire: Wire) -> None:
        coming: asyncio.Future[bytes] | None = None
        try:
            while True:
                coming = coming or asyncio.ensure_future(anext(self._events))
                await wire.wait(coming, HEARTBEAT)
                if wire.stopping:
                    return await wire.end(BYE)
                if wire.left:
                    return
                if not coming.done():
                    await wire.send(_ALIVE)
                    continue
                try:
                    text = coming.result()
                except StopAsyncIteration:
                    return await wire.end()
                coming = None
                await wire.send(text)
        except (Stalled, asyncio.CancelledError):
            raise
        except Exception as error:
            # The answer has begun, so that it cannot tell; the next request of this client will.
            _log.error("a stream failed", exc_info=error)
            await wire.end()
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
            if (close := getattr(self._events, "aclose", None)) is not None:
                await close()


class Stalled(Exception):
    """The client takes nothing more."""


class Wire:
    """The connection of an answer that is sent in pieces: whether the client is there, whether the server stops."""

    def __init__(self, receive: Receive, send: Send, stop: Stop) -> None:
        self._receive = receive
        self._send = send
        self._left = asyncio.ensure_future(left(receive))
        self._stopping = asyncio.ensure_future(stop.wait())
        self._stopping.add_done_callback(self._hurry)
        self._limit: asyncio.Timeout | None = None
        self._transport = _transport_of(receive)

    async def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Send the head of the answer."""
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def wait(self, coming: asyncio.Future[Any], timeout: float) -> None:
        """Return when something came, the client left, the server stops, or after `timeout` seconds."""
        waited: set[asyncio.Future[Any]] = {coming, self._left, self._stopping}
        await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)

    @property
    def left(self) -> bool:
        """Whether the client has left."""
        return self._left.done()

    @property
    def stopping(self) -> bool:
        """Whether the server stops."""
        return self._stopping.done()

    async def send(self, text: bytes) -> None:
        """Send text, in pieces; raises `Stalled`."""
        for start in range(0, len(text), PIECE):
            await self._piece(text[start : start + PIECE], more=True)

    async def end(self, text: bytes = b"") -> None:
        """Send the last text and end the answer."""
        await self._piece(text, more=False)

    async def _piece(self, text: bytes, *, more: bool) -> None:
        try:
            async with asyncio.timeout(self._patience()) as self._limit:
                await self._send({"type": "http.response.body", "body": text, "more_body": more})
        except TimeoutError:
            raise Stalled from None
        finally:
            self._limit = None

    def _patience(self) -> float | None:
        if self._stopping.done():
            return LAST_MOMENT
        # With another server there is no way to let go of a connection that still has something to send.
        return None if self._transport is None else STALLED

    def _hurry(self, stopping: asyncio.Future[None]) -> None:
        if self._limit is not None and not stopping.cancelled():
            with contextlib.suppress(RuntimeError):  # it is over already
                self._limit.reschedule(asyncio.get_running_loop().time() + LAST_MOMENT)

    async def cut(self) -> None:
        """Let go of a client that takes nothing: a server that closes politely would wait for it, for ever."""
        if self._transport is not None:
            self._transport.abort()
            await self._left

    async def close(self) -> None:
        """End what was waited for."""
        for future in (self._left, self._stopping):
            future.cancel()
        await asyncio.gather(self._left, self._stopping, return_exceptions=True)


def _transport_of(receive: Receive) -> Any:
    """Return uvicorn's connection, None with another server, or where a middleware put itself in between."""
    transport: Any = getattr(getattr(receive, "__self__", None), "transport", None)
    if not hasattr(transport, "abort"):
        return None
    # Four times as much would lie in the buffer of each client that does not read.
    transport.set_write_buffer_limits(high=PIECE)
    return transport


async def left(receive: Receive) -> None:
    """Return when the client has closed its connection: nobody is left to hold an answer for."""
    while (await receive())["type"] != "http.disconnect":
        pass

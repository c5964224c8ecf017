"""Server-sent events (as the HTML standard has them): streams that end well, and that keep little for a slow reader.

A stream asks for the next event only when the one before is on its way (`wire.py`): of a client that never reads no
more is kept than a piece of an event, and a place in whatever the events come from.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ferryman.api.problems import Problem
from ferryman.api.stopping import Stop
from ferryman.api.wire import Stalled, Wire

MEDIA_TYPE = "text/event-stream"
#: A stream on which nothing happens sends a comment this often, in seconds: proxies close what is silent.
HEARTBEAT = 15.0
#: Most streams that are open at once in one process.
MOST_STREAMS = 500

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
    if "\n" in data or "\r" in data:
        data = _BREAKS.sub(" ", data)  # between tokens, where JSON may have line breaks, a space says the same
    return f"{head}event: {kind}\ndata: {data}\n\n".encode()


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
        # One asyncio task for all events, and not one for each.
        pump = asyncio.ensure_future(self._pump(wire))
        try:
            while True:
                await wire.wait(pump, HEARTBEAT)
                if pump.done() or wire.left or wire.stopping:
                    break
                if not wire.busy:
                    await wire.send(_ALIVE)
            if pump.done():
                await self._conclude(wire, pump.exception())
            elif not wire.left:
                await wire.end(BYE)
        finally:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)

    async def _pump(self, wire: Wire) -> None:
        try:
            async for text in self._events:
                await wire.send(text)
                await asyncio.sleep(0)  # others get their turn even where neither source nor client ever waits
        finally:
            if (close := getattr(self._events, "aclose", None)) is not None:
                await close()

    async def _conclude(self, wire: Wire, error: BaseException | None) -> None:
        if isinstance(error, Stalled):
            raise error
        if error is not None:
            # The answer has begun, so that it cannot tell; the next request of this client will.
            _log.error("a stream failed", exc_info=error)
        await wire.end()

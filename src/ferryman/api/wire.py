"""The connection of an answer that is sent in pieces for as long as it takes: slow clients wait, and cost little.

A server's `send` returns while the client's connection takes what is written, and blocks once its buffer is full. So an
answer leaves in small pieces: of a client that never reads no more is kept than that buffer and what is being sent.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from starlette.types import Receive, Send

from ferryman.api.stopping import Stop

#: Bytes that are handed to the server at once.
PIECE = 8_192
#: A client that takes nothing for this long is let go, in seconds; it comes back and goes on where it was.
STALLED = 120.0
#: When the server stops, what is being sent has this long to get through, in seconds.
LAST_MOMENT = 0.25


class Stalled(Exception):
    """The client takes nothing more."""


class Wire:
    """What is sent, whether the client is there, whether the server stops."""

    def __init__(self, receive: Receive, send: Send, stop: Stop) -> None:
        self._send = send
        self._transport = _transport_of(receive)
        self._left = asyncio.ensure_future(left(receive))
        self._stopping = asyncio.ensure_future(stop.wait())
        self._stopping.add_done_callback(self._hurry)
        #: Held while a text is on its way: no other may come into the middle of it.
        self._lock = asyncio.Lock()
        self._limit: asyncio.Timeout | None = None
        self._ended = False

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

    @property
    def busy(self) -> bool:
        """Whether a text is on its way, or was sent and not taken yet."""
        return self._lock.locked() or self._is_full

    async def send(self, text: bytes) -> None:
        """Send text, in pieces; raises `Stalled`."""
        async with self._lock:
            for start in range(0, len(text), PIECE):
                await self._piece(text[start : start + PIECE], more=True)

    async def end(self, text: bytes = b"") -> None:
        """Send the last text and end the answer; what is sent after it does not count."""
        async with self._lock:
            await self._piece(text, more=False)
            self._ended = True

    async def _piece(self, text: bytes, *, more: bool) -> None:
        if self._ended:
            return
        message = {"type": "http.response.body", "body": text, "more_body": more}
        if self._transport is not None and not self._is_full:
            await self._send(message)  # there is nothing to wait for
            return
        try:
            async with asyncio.timeout(self._patience()) as self._limit:
                await self._send(message)
        except TimeoutError:
            raise Stalled from None
        finally:
            self._limit = None

    def _patience(self) -> float | None:
        if self.stopping:
            return LAST_MOMENT
        # With another server there is no way to let go of a connection that still has something to send.
        return None if self._transport is None else STALLED

    @property
    def _is_full(self) -> bool:
        """Whether what was sent before is still here, since the client has not taken it."""
        return self._transport is not None and self._transport.get_write_buffer_size() > 0

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
    # One piece, and not as many as fill 64 kB, is to lie in the buffer of each client that does not read.
    transport.set_write_buffer_limits(high=0)
    return transport


async def left(receive: Receive) -> None:
    """Return when the client has closed its connection: nobody is left to hold an answer for."""
    while (await receive())["type"] != "http.disconnect":
        pass

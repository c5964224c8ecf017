"""A client of an event stream that the test holds in its hand: it may read slowly, or leave."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message


class Event(NamedTuple):
    """One event as it came."""

    kind: str
    data: dict[str, Any]
    id: str


class Listener:
    """One request for a stream."""

    def __init__(
        self, application: ASGIApp, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> None:
        """A `body` makes it a POST."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = b""
        self.reads = asyncio.Event()
        self.reads.set()
        self._come: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._left = asyncio.Event()
        self._asked = False
        self._body = body or b""
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET" if body is None else "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
        }
        self.answering = asyncio.ensure_future(application(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self.reads.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        self._come.put_nowait(message["body"])
        if not message.get("more_body"):
            self._come.put_nowait(None)

    async def opened(self) -> None:
        """Return once the stream has begun."""
        async with asyncio.timeout(20):
            while not self.text:
                self.text += await self._come.get() or b""

    async def event(self) -> Event | None:
        """Return the next event, None at the end; comments and `retry` are passed over."""
        while True:
            while b"\n\n" not in self.text:
                async with asyncio.timeout(20):
                    piece = await self._come.get()
                if piece is None:
                    return None
                self.text += piece
            block, _, self.text = self.text.partition(b"\n\n")
            fields = dict(line.split(": ", 1) for line in block.decode().split("\n") if ": " in line)
            if "event" in fields:
                return Event(fields["event"], json.loads(fields["data"]), fields.get("id", ""))

    async def events(self, *kinds: str) -> AsyncIterator[Event]:
        """Give every event up to the end, or only those of some kinds."""
        while (found := await self.event()) is not None:
            if not kinds or found.kind in kinds:
                yield found

    async def line(self) -> dict[str, Any] | None:
        """Return the next line of JSON, None at the end."""
        while b"\n" not in self.text:
            async with asyncio.timeout(20):
                piece = await self._come.get()
            if piece is None:
                return None
            self.text += piece
        line, _, self.text = self.text.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        return said

    async def body(self) -> bytes:
        """Return the whole answer of one that ends."""
        await self.answering
        body = b""
        while (piece := await self._come.get()) is not None:
            body += piece
        return body

    def leave(self) -> None:
        """Close the connection."""
        self._left.set()
        self.reads.set()

    async def gone(self) -> None:
        """Leave, and return once the server has noticed."""
        self.leave()
        with contextlib.suppress(asyncio.CancelledError):
            async with asyncio.timeout(20):
                await self.answering


@asynccontextmanager
async def listening(application: ASGIApp, path: str, **headers: str) -> AsyncIterator[Listener]:
    """Ask for a stream, and leave it at the end; underscores in names of headers stand for hyphens."""
    listener = Listener(application, path, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        yield listener
    finally:
        await listener.gone()

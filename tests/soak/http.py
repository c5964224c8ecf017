"""A small HTTP client on one kept connection: a client that costs more than the server would measure itself."""

from __future__ import annotations

import asyncio
import time

#: A server lets go of a connection that rests; one that rested for this long is made anew, in seconds.
_REST = 2.0
#: No request may take longer, in seconds.
LONGEST = 30.0


class Connection:
    """Asks one request after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0

    async def ready(self) -> None:
        """Connect unless connected; raises OSError when nobody listens."""
        if self._streams is not None and time.monotonic() - self._used > _REST:
            self.cut()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        self._used = time.monotonic()

    async def ask(self, method: str, path: str, body: str = "", headers: str = "") -> tuple[int, str]:
        """Send a request and return status and body; raises OSError, EOFError or TimeoutError for no answer."""
        await self.ready()
        assert self._streams is not None
        reader, writer = self._streams
        data = body.encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: soak\r\n{headers}Content-Length: {len(data)}\r\n\r\n"
        try:
            async with asyncio.timeout(LONGEST):
                writer.write(head.encode() + data)
                answer = await _answer(reader)
        except BaseException:
            self.cut()
            raise
        self._used = time.monotonic()
        return answer

    def cut(self) -> None:
        """Cut the connection, whoever waits on it."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


async def _answer(reader: asyncio.StreamReader) -> tuple[int, str]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, rest = head.partition(b"content-length:")
    length = int(rest.partition(b"\r\n")[0] or 0)
    body = await reader.readexactly(length)
    return int(head.split(b" ", 2)[1]), body.decode()

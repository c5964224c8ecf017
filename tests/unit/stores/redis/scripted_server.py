"""A server that says what a test has it say, and when."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import hiredis
import pytest
import uvloop

from ferryman.stores.redis.address import parse_address
from ferryman.stores.redis.links import PoolLink, pool_of
from ferryman.stores.redis.wire import Wire, pack

#: Longest that a test waits for what must come, in seconds.
NEVER = 10.0

Command = list[bytes]


class ScriptedServer:
    """Greets its clients; what it answers otherwise is said by `answer`, or by the test through `say`."""

    def __init__(self) -> None:
        self.asked: list[Command] = []
        self.clients: list[asyncio.Transport] = []
        self.gone = 0
        self.greets = True
        self.answer: Callable[[Command], bytes] = lambda _: b""
        self._stirred = asyncio.Event()
        self._listening: Any = None

    async def start(self) -> None:
        """Listen on a free port."""
        self._listening = await asyncio.get_running_loop().create_server(lambda: _Client(self), "127.0.0.1", 0)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        number: int = self._listening.sockets[0].getsockname()[1]
        return number

    @property
    def url(self) -> str:
        """The store's URL."""
        return f"redis://127.0.0.1:{self.port}"

    def say(self, *replies: bytes) -> None:
        """Say something to the client that came last."""
        self.clients[-1].write(b"".join(replies))

    def take(self, client: asyncio.Transport, command: Command) -> None:
        """Answer a command."""
        if command[0] in (b"CLIENT", b"SELECT"):
            client.write(b"+OK\r\n" if self.greets else b"")
            return
        self.asked.append(command)
        client.write(self.answer(command))

    async def until(self, come_true: Callable[[], bool]) -> None:
        """Wait for something that clients bring about."""
        async with asyncio.timeout(NEVER):
            while not come_true():
                self._stirred.clear()
                await self._stirred.wait()

    def stir(self) -> None:
        """Have those look who wait for something."""
        self._stirred.set()

    def close(self) -> None:
        """Hang up on everybody, and listen no more."""
        self._listening.close()
        for client in self.clients:
            client.abort()


class _Client(asyncio.Protocol):
    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self._reader = hiredis.Reader()
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._server.clients.append(self._transport)
        self._server.stir()

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (command := self._reader.gets()) is not False:
            self._server.take(self._transport, command)
        self._server.stir()

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.gone += 1
        self._server.stir()


@asynccontextmanager
async def scripted() -> AsyncIterator[ScriptedServer]:
    """Run such a server."""
    server = ScriptedServer()
    await server.start()
    try:
        yield server
    finally:
        server.close()


def on_each_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test of a `server` on asyncio's own loop and on uvloop, which treat connections each in its way."""
    said = inspect.signature(test)

    @functools.wraps(test)
    def run(*, new_loop: Callable[[], asyncio.AbstractEventLoop], **arguments: Any) -> None:
        async def with_server() -> None:
            async with scripted() as server, asyncio.timeout(NEVER):
                await test(server=server, **arguments)

        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(with_server())

    asked = [parameter for name, parameter in said.parameters.items() if name != "server"]
    added = inspect.Parameter("new_loop", inspect.Parameter.KEYWORD_ONLY)
    run.__signature__ = said.replace(parameters=[*asked, added])  # type: ignore[attr-defined]  # what pytest gives it
    loops = [asyncio.new_event_loop, uvloop.new_event_loop]
    marked: Callable[..., None] = pytest.mark.parametrize("new_loop", loops, ids=["asyncio", "uvloop"])(run)
    return marked


def link_of(server: ScriptedServer) -> PoolLink:
    """Return a link to it."""
    return PoolLink(pool_of(parse_address(server.url)))


def bulk(text: bytes) -> bytes:
    """Write a text as servers do."""
    return b"$%d\r\n%s\r\n" % (len(text), text)


class Line:
    """A wire to a server, and how often it was settled."""

    def __init__(self, url: str) -> None:
        self.settled = 0
        self.wire = Wire(self._note)
        self._make = pool_of(parse_address(url)).make_connection

    def _note(self, wire: Wire) -> None:
        assert wire is self.wire
        self.settled += 1

    async def open(self) -> Line:
        """Open the wire."""
        await self.wire.open(self._make)
        return self

    def ask(self, *words: str) -> asyncio.Future[list[Any]]:
        """Send an ECHO for each word, in one go."""
        return self.wire.ask(pack([("ECHO", word) for word in words]), len(words))

    async def told(self, kind: type[BaseException], *answers: asyncio.Future[list[Any]]) -> None:
        """Check that all of them were told the same, that it was noted once, and that the wire is closed."""
        ended = await asyncio.wait_for(asyncio.gather(*answers, return_exceptions=True), 20)
        assert [type(one) for one in ended] == [kind] * len(answers)
        assert (self.wire.closed, self.settled) == (True, 1)
        await asyncio.wait_for(self.wire.gone.wait(), 20)

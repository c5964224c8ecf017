"""Ends held requests when the server is told to stop.

A server waits for open requests before it runs the lifespan's end, so the lifespan cannot end them. The signal can:
our handler sets the stop event and passes the signal on to the one that was there. In an application whose lifespan is
not ours there is no such handler, and none is put up behind its back: while requests are held, uvicorn is asked now and
then whether it was told to stop.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from fastapi import Request

#: How often the server is asked whether it stops, where it does not tell, in seconds.
ASK_EVERY = 0.1
#: Those that signals set now, for the applications that are mounted, too: nobody runs their own lifespan.
_listening: list[Stop] = []


class Stop:
    """Set once, when the server stops."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._told = False
        self._waiting = 0
        self._asking: asyncio.Task[None] | None = None

    async def wait(self) -> None:
        """Return when the server stops."""
        if self._told:
            await self._event.wait()
            return
        self._waiting += 1
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name="ferryman-stop")
        try:
            await self._event.wait()
        finally:
            self._waiting -= 1
            if not self._waiting and self._asking is not None:
                self._asking.cancel()
                self._asking = None

    async def _ask(self) -> None:
        """Ask for all who wait."""
        while not _uvicorn_stops():  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(ASK_EVERY)
        self.set()

    @property
    def is_set(self) -> bool:
        """Whether the server stops."""
        return self._event.is_set() or (not self._told and _uvicorn_stops())

    @property
    def is_here(self) -> bool:
        """Whether it is that of the loop that runs."""
        return self._loop is asyncio.get_running_loop()

    @property
    def is_over(self) -> bool:
        """Whether it was another server's: an application may be served again."""
        return (self._event.is_set() and not self._told) or not self.is_here

    def set(self) -> None:
        """Let everything that is held end."""
        self._event.set()

    @contextmanager
    def on_signals(self) -> Iterator[Stop]:
        """Be set by TERM and INT while the body runs; does nothing outside the main thread."""
        loop = asyncio.get_running_loop()
        chained: list[tuple[signal.Signals, Any, Any]] = []
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                before = signal.getsignal(number)
                # Where nobody listens, the signal is ignored or ends the process at once, and so it must stay.
                if callable(before):
                    ours = self._chained(loop, before)
                    signal.signal(number, ours)
                    chained.append((number, before, ours))
                    self._told = True
        except ValueError:
            pass  # not the main thread: whoever runs the server there stops it in another way
        if self._told:
            _listening.append(self)
        try:
            yield self
        finally:
            self.set()
            if self._told:
                _listening.remove(self)
            for number, before, ours in chained:
                if signal.getsignal(number) is ours:
                    signal.signal(number, before)

    def _chained(
        self, loop: asyncio.AbstractEventLoop, before: Callable[[int, FrameType | None], Any]
    ) -> Callable[[int, FrameType | None], None]:
        def handler(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.set)
            before(number, frame)

        return handler


def _uvicorn_stops() -> bool:
    """Whether the server that listens for TERM says that it stops; uvicorn's handler is a method of its server."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))


def stop_of(request: Request) -> Stop:
    """Return the stop event of the application: that of its lifespan or of the one around it, else one of its own."""
    state = request.app.state
    stop: Stop | None = getattr(state, "ferryman_stop", None)
    if stop is None and (around := next((one for one in _listening if one.is_here), None)) is not None:
        return around
    if stop is None or stop.is_over:
        stop = state.ferryman_stop = Stop()
    return stop

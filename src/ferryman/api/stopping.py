"""Ends held requests when the server is told to stop.

A server waits for open requests before it runs the lifespan's end, so the lifespan cannot end them. The signal can:
our handler sets the stop event and passes the signal on to the one that was there.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from fastapi import Request


class Stop:
    """Set once, when the server stops."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    async def wait(self) -> None:
        """Return when the server stops."""
        await self._event.wait()

    @property
    def is_set(self) -> bool:
        """Whether the server stops."""
        return self._event.is_set()

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
        except ValueError:
            pass  # not the main thread: whoever runs the server there stops it in another way
        try:
            yield self
        finally:
            self.set()
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


def stop_of(request: Request) -> Stop:
    """Return the stop event of the application; one that is never set when its lifespan is not ours."""
    stop: Stop | None = getattr(request.app.state, "ferryman_stop", None)
    return stop or Stop()

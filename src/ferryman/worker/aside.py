"""Runs a coroutine beside the worker's loop: in a thread with a loop of its own, which no blocking task can stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any


class Aside:
    """Runs `work(stop)` from `start` to `stop`; `work` returns soon after its event is set.

    Without `threaded` it runs as a task in the loop that starts it: for a simulation, which owns time.
    """

    def __init__(
        self, name: str, work: Callable[[asyncio.Event], Coroutine[Any, Any, None]], threaded: bool = True
    ) -> None:
        self._name = name
        self._work = work
        self._threaded = threaded
        self._guard = threading.Lock()
        self._asked = False
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._main = asyncio.get_running_loop()
        self._ended = self._main.create_future()
        if self._threaded:
            threading.Thread(target=self._live, name=self._name, daemon=True).start()
        else:
            self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self, patience: float) -> None:
        """Ask for the end and wait for it, for at most `patience` seconds; a daemon thread is then left behind."""
        if self._ended is None:
            return
        with self._guard:
            self._asked = True
            if self._stop is not None and self._loop is not None:
                self._loop.call_soon_threadsafe(self._stop.set)
        await asyncio.wait({self._ended}, timeout=patience)

    def _live(self) -> None:
        # A standard loop in any case: what it does is little, and this keeps the worker's loop the only special one.
        asyncio.run(self._run())

    async def _run(self) -> None:
        stop = asyncio.Event()
        with self._guard:
            self._stop, self._loop = stop, asyncio.get_running_loop()
            if self._asked:
                stop.set()
        try:
            await self._work(stop)
        finally:
            with self._guard:
                self._loop = None
            self.to_main(self._note_end)

    def _note_end(self) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    def to_main(self, call: Callable[..., object], *values: Any) -> None:
        """Have the loop that started us call something; a loop that is closed has nothing left to do."""
        assert self._main is not None
        try:
            self._main.call_soon_threadsafe(call, *values)
        except RuntimeError:
            return

"""One store and client per event loop, opened when first needed; and a loop of our own for sync callers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ferryman.client import Client
from ferryman.store.protocol import Store

T = TypeVar("T")


class Connections:
    """Hands out the client of the running loop; a store object belongs to the loop that opened it."""

    def __init__(self, make_store: Callable[[], Store]) -> None:
        self._make_store = make_store
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Client]] = WeakKeyDictionary()
        self._bridge: _Bridge | None = None
        self._bridge_guard = threading.Lock()

    async def here(self) -> Client:
        """Return the client of the running loop; the first call opens the store.

        Raises what opening raises; the next call tries again.
        """
        loop = asyncio.get_running_loop()
        opening = self._clients.get(loop)
        if opening is None:
            self._let_go_of_closed_loops()
        if opening is None or (opening.done() and (opening.cancelled() or opening.exception())):
            opening = self._clients[loop] = loop.create_task(self._open(), name="ferryman-open")
        if opening.done():
            return opening.result()
        # Shielded: the store is everyone's, one caller's cancellation must not close it for the others.
        return await asyncio.shield(opening)

    def _let_go_of_closed_loops(self) -> None:
        """Close what loops left open that are gone, such as those of `asyncio.run` called again and again."""
        for loop in [loop for loop in self._clients if loop.is_closed()]:
            opening = self._clients.pop(loop)
            if opening.done() and not opening.cancelled() and opening.exception() is None:
                opening.result().store.abandon()

    async def _open(self) -> Client:
        store = self._make_store()
        await store.open()
        return Client(store)

    async def close(self) -> None:
        """Close the running loop's store, and the one of the sync callers."""
        opening = self._clients.pop(asyncio.get_running_loop(), None)
        if opening is not None:
            await asyncio.gather(opening, return_exceptions=True)
            if not opening.cancelled() and opening.exception() is None:
                client = opening.result()
                await client.close()
                await client.store.close()
        with self._bridge_guard:
            bridge, self._bridge = self._bridge, None
        if bridge is not None:
            await asyncio.to_thread(bridge.stop, self)

    def run_sync(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine to its end from sync code, on a loop in a thread of our own.

        Raises RuntimeError inside a running event loop, which it would block: await the async form there.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise RuntimeError("this thread runs an event loop: await the async form instead of calling the sync one")
        with self._bridge_guard:
            if self._bridge is None:
                self._bridge = _Bridge()
            bridge = self._bridge
        return bridge.run(call)


class _Bridge:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ferryman-sync", daemon=True)
        self._thread.start()

    def run(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    def stop(self, connections: Connections) -> None:
        self.run(connections.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

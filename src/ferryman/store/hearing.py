"""Who waits for which signal: what every store does with the signals that reach it, however they travel."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

#: Signals whose last coming is remembered.
MOST_NAMES = 10_000


class Hearing:
    """Notes the signals that come and wakes whoever waits for one of them; on one event loop."""

    def __init__(self) -> None:
        #: A number that rises with each signal, the one of the last of each name, and what each caller knows of them.
        self._count = 0
        self._last: dict[str, int] = {}
        self._known: WeakKeyDictionary[asyncio.Task[Any], dict[str, int]] = WeakKeyDictionary()
        self._waiters: dict[asyncio.Future[None], frozenset[str]] = {}

    def note(self, signals: frozenset[str] | None) -> None:
        """Wake the waiters of these signals, all for None; what nobody waits for now is kept for the next wait."""
        for waiter, wanted in self._waiters.items():
            if (signals is None or signals & wanted) and not waiter.done():
                waiter.set_result(None)
        self._count += 1
        if len(self._last) > MOST_NAMES:
            self._last.clear()  # names of workers add up; whoever misses one by this looks a little later
        self._last.update(dict.fromkeys(signals or (), self._count))

    async def wait(self, signals: Sequence[str], timeout: float) -> None:
        """Return when one of the signals came since this asyncio task's last wait, or after `timeout` seconds."""
        wanted = frozenset(signals)
        caller = asyncio.current_task()
        assert caller is not None
        known = self._known.setdefault(caller, {})
        if all(self._last.get(signal, 0) <= known.get(signal, 0) for signal in wanted):
            loop = asyncio.get_running_loop()
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters[waiter] = wanted
            alarm = loop.call_later(timeout, _wake, waiter)
            try:
                await waiter
            finally:
                alarm.cancel()
                del self._waiters[waiter]
        known.update(dict.fromkeys(wanted, self._count))

    @property
    def waiting(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiters)


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)

"""The way of a simulated process to its store: a dead process has none, and on the way things get lost."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from ferryman.domain.errors import StoreUnavailable
from tests.simulation.loop import Process
from tests.simulation.weather import Weather

#: Not calls to the store: they only wait for it, or end the use of it.
_FREE = {"wait", "open", "close", "abandon"}


class Door:
    """Passes calls on to a store, or to its inspector or feed; `faulty` says whether they may fail here."""

    def __init__(self, target: Any, process: Process, weather: Weather, faulty: bool) -> None:
        self._target = target
        self._process = process
        self._weather = weather
        self._faulty = faulty

    @property
    def inspector(self) -> Any:
        """The door to the inspector."""
        return Door(self._target.inspector, self._process, self._weather, self._faulty)

    @property
    def feed(self) -> Any:
        """The door to the feed."""
        return Door(self._target.feed, self._process, self._weather, self._faulty)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def call(*values: Any, **said: Any) -> Any:
            if self._process.dead:
                raise StoreUnavailable("the simulated process is dead")
            if not self._faulty or name in _FREE:
                return await method(*values, **said)
            return await self._brave(method, *values, **said)

        return call

    async def _brave(self, method: Any, *values: Any, **said: Any) -> Any:
        """Make a call that may be lost, there or back."""
        weather = self._weather
        await asyncio.sleep(weather.latency())
        if weather.down or weather.strikes(weather.request_lost, "request lost"):
            raise StoreUnavailable("the simulated request was lost")
        answer = await method(*values, **said)
        if weather.strikes(weather.reply_lost, "reply lost"):
            raise StoreUnavailable("the simulated reply was lost")
        await asyncio.sleep(weather.latency())
        return answer

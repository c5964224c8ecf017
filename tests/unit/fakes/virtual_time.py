"""A loop whose time jumps to the next alarm as soon as nothing else is left to do: hours pass in milliseconds."""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")

#: A test that takes more steps than this turns in a circle: time would never pass.
MOST_STEPS = 200_000


class _Selector(selectors.DefaultSelector):
    """Never waits for time: when no file is ready, time moves on instead."""

    loop: VirtualLoop
    steps = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)  # no alarm is set: only a thread can wake us
        events = super().select(0)
        self.steps += 1
        if self.steps == MOST_STEPS:  # only once: the loop must be able to end
            raise AssertionError(f"no end within {MOST_STEPS:,} steps")
        if not events:
            self.loop.now += timeout
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that owns its time; it starts at 1,000 seconds."""

    def __init__(self) -> None:
        self.now = 1_000.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


def virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test on a loop with virtual time; a test that hangs ends after a virtual day."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(asyncio.wait_for(test(*args, **kwargs), 86_400))

    return run


def now() -> float:
    """Return the running loop's time in seconds."""
    return asyncio.get_running_loop().time()

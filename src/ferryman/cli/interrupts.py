"""Ctrl-C and its like for a command that must clean up: the first one cancels, the rest are too late."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


class Interrupts:
    """Runs coroutines one after another on one loop, until a signal cancels the one that runs."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._cancel: Callable[[], object] | None = None
        self._late = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one to its end; raises `CancelledError` when a signal came."""
        return self._runner.run(self._cancellable(work))

    def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the last one, which no signal cancels."""
        self._late = True
        return self._runner.run(work)

    async def _cancellable(self, work: Coroutine[Any, Any, T]) -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            return await work
        finally:
            self._cancel = None

    def hear(self, number: int, frame: object) -> None:
        """Take a signal."""
        if self._late:
            return
        self._late = True
        if self._cancel is None:  # between two coroutines, such as at a question
            raise KeyboardInterrupt
        self._cancel()


@contextlib.contextmanager
def interruptible(loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> Iterator[Interrupts]:
    """Hear signals while the body runs."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # What is ignored already (by nohup, or a shell that put us in the background) stays ignored.
    before = {number: handler for number in numbers if (handler := signal.getsignal(number)) is not signal.SIG_IGN}
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        interrupts = Interrupts(runner)
        for number in before:
            signal.signal(number, interrupts.hear)
        try:
            yield interrupts
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

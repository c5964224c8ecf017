"""Threads for sync tasks: made as needed, used again, and none of them keeps the process from ending."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from contextvars import Context as ContextVariables
from typing import Any

#: An idle thread ends after this many seconds.
IDLE_LIFE = 60.0

#: What a call came to: its value, or what it raised.
Ended = tuple[Any, BaseException | None]
Call = Callable[[], Any]


class _Work:
    """One call on its way into a thread and back."""

    __slots__ = ("call", "future", "loop", "variables")

    def __init__(self, call: Call, variables: ContextVariables, loop: asyncio.AbstractEventLoop) -> None:
        self.call = call
        self.variables = variables
        self.loop = loop
        self.future: asyncio.Future[Ended] = loop.create_future()

    def run(self) -> Ended:
        """Call; the exception is a value, since a future cannot carry every exception (StopIteration is one)."""
        try:
            return self.variables.run(self.call), None
        except BaseException as error:
            return None, error

    def hand_over(self, ended: Ended) -> None:
        """Give what the call came to to the loop, if that still runs."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._end, ended)

    def _end(self, ended: Ended) -> None:
        if not self.future.done():
            self.future.set_result(ended)


class Threads:
    """Runs calls in daemon threads.

    Not concurrent.futures: that joins its threads when the interpreter ends, so one task that never returns would
    keep a stopped worker alive. How many run at once is bounded by the worker's slots.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[_Work] = queue.SimpleQueue()
        self._guard = threading.Lock()
        # Threads that wait, less the work that is queued for them: each call takes one, each end gives one back.
        self._idle = 0
        self._made = 0

    async def run(self, call: Call, variables: ContextVariables) -> Ended:
        """Run `call` in a thread with these context variables and return its value or its exception."""
        work = _Work(call, variables, asyncio.get_running_loop())
        with self._guard:
            missing = self._idle == 0
            if missing:
                self._made += 1
            else:
                self._idle -= 1
        self._work.put(work)
        if missing:
            threading.Thread(target=self._serve, name=f"ferryman-task-{self._made}", daemon=True).start()
        return await work.future

    def _serve(self) -> None:
        while True:
            try:
                work = self._work.get(timeout=IDLE_LIFE)
            except queue.Empty:
                if self._may_end():
                    return
                continue
            ended = work.run()
            # Before the hand-over: the loop may send the next call at once, and must find this thread idle.
            with self._guard:
                self._idle += 1
            work.hand_over(ended)
            del work, ended  # a waiting thread keeps nobody's arguments alive

    def _may_end(self) -> bool:
        """Take this thread off the idle ones, unless work is queued for it this very moment."""
        with self._guard:
            if self._idle == 0:
                return False
            self._idle -= 1
            return True

"""An event loop in which several processes live, time is made up, and a seed decides who goes on.

Within a process callbacks run in the order in which asyncio promises to run them; between processes the dice choose.
When nobody is ready, time jumps to the next alarm: a minute passes in milliseconds. The same seed gives the same run.
"""

from __future__ import annotations

import asyncio
import heapq
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from random import Random
from typing import Any

#: A run that takes more steps than this without an end turns in a circle.
MOST_STEPS = 300_000


@dataclass(eq=False)
class Process:
    """What runs together and dies together; `ready` are its callbacks that are to run, in order."""

    name: str
    ready: deque[events.Handle] = field(default_factory=deque)
    frozen: bool = False
    #: Once dead it changes nothing any more; its code is unwound when the run is over.
    dead: bool = False
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin some work in this process."""
        context = copy_context()
        context.run(CURRENT.set, self)
        task: asyncio.Task[Any] = asyncio.get_running_loop().create_task(work, context=context)
        self.tasks.append(task)
        return task


#: The process whose code runs.
CURRENT: ContextVar[Process] = ContextVar("process")


class Deadlock(Exception):
    """Nobody will ever do anything again."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """An event loop with a made-up time in seconds; threads and sockets have no place in it."""

    _scheduled: list[events.TimerHandle]
    _ready: deque[events.Handle]

    def __init__(self, dice: Random) -> None:
        super().__init__()
        self._dice = dice
        self._now = 0.0
        self._world = Process("world")
        self._busy: list[Process] = []
        self.steps = 0
        self.datagrams: Callable[[Any], Any] | None = None

    def time(self) -> float:
        return self._now

    def _write_to_self(self) -> None:
        """Nobody waits in a selector."""

    def thaw(self, process: Process) -> None:
        """Let a frozen process go on."""
        process.frozen = False
        if process.ready and process not in self._busy:
            self._busy.append(process)

    def _run_once(self) -> None:
        """Run one callback of a process that the dice choose."""
        while True:
            self._ring_alarms()
            while self._ready:
                self._hand_over(self._ready.popleft())
            if self._busy:
                break
            if not self._scheduled:
                raise Deadlock("nobody is ready and no alarm is set")
            self._now = max(self._now, self._scheduled[0].when())
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Deadlock("the run turns in a circle")
        position = int(self._dice.random() * len(self._busy))
        process = self._busy[position]
        if process.frozen:
            del self._busy[position]
            return
        handle = process.ready.popleft()
        if not process.ready:
            del self._busy[position]
        if not handle.cancelled():
            handle._run()

    def _ring_alarms(self) -> None:
        while self._scheduled and self._scheduled[0].when() <= self._now:
            handle = heapq.heappop(self._scheduled)
            handle._scheduled = False  # type: ignore[attr-defined]
            if not handle.cancelled():
                self._ready.append(handle)

    def _hand_over(self, handle: events.Handle) -> None:
        context: Context = handle._context  # type: ignore[attr-defined]
        process = context.get(CURRENT, self._world)
        process.ready.append(handle)
        if process not in self._busy and not process.frozen:
            self._busy.append(process)

    def _timer_handle_cancelled(self, handle: events.TimerHandle) -> None:
        """Cancelled alarms are passed over when they ring."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """Run it here and now: what a thread would do takes no time."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    async def create_datagram_endpoint(self, protocol_factory: Any, *where: Any, **said: Any) -> Any:
        """Open a port of the simulated network."""
        assert self.datagrams is not None
        protocol = protocol_factory()
        transport = self.datagrams(protocol)
        return transport, protocol

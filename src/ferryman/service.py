"""Service: a loop with a life, written once. It starts, ticks, rests, can be woken, and survives its errors."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from ferryman.domain.errors import StoreUnavailable
from ferryman.ports import SYSTEM, Ports
from ferryman.telemetry.events import Emit, ServiceFailed, StoreBack, StoreDown

#: Pauses between tries while something fails grow from the first to the longest, in seconds. The longest is short
#: enough that a worker goes on at once when its store is back, and long enough that a down store is not hammered.
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.0
#: The same failure is told again after so many repetitions.
TELL_AGAIN = 60

T = TypeVar("T")


class Outage:
    """Tells once that the store is down and once that it is back, however many services notice; any thread."""

    def __init__(self, emit: Emit, monotonic: Callable[[], float]) -> None:
        self._emit = emit
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._failing: set[str] = set()
        self._since = 0.0

    def failed(self, service: str, error: Exception) -> None:
        """Note that a service met a store that gave no answer."""
        with self._guard:
            first = not self._failing
            self._failing.add(service)
            if first:
                self._since = self._monotonic()
        if first:
            self._emit(StoreDown(str(error)))

    def worked(self, service: str) -> None:
        """Note that a service got its answer; the store is back once each that failed has one."""
        if not self._failing:
            return
        with self._guard:
            back = self._failing == {service}
            self._failing.discard(service)
        if back:
            self._emit(StoreBack(self._monotonic() - self._since))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every service needs besides its own work."""

    emit: Emit
    outage: Outage
    ports: Ports = SYSTEM

    @classmethod
    def of(cls, emit: Emit, ports: Ports | None = None) -> Surroundings:
        """Make surroundings with an outage of their own."""
        ports = ports or SYSTEM
        return cls(emit, Outage(emit, ports.monotonic), ports)


class Service:
    """Calls `tick` again and again until it is stopped.

    `tick` returns the seconds to rest before the next one (0 for none); `wake` ends the rest. A tick that raises is
    told and repeated after a growing, jittered pause of at most a second: `StoreUnavailable` once for all services,
    anything else with its traceback. Belongs to the loop that started it.
    """

    def __init__(self, name: str, tick: Callable[[], Awaitable[float]], around: Surroundings) -> None:
        self.name = name
        self._tick = tick
        self._around = around
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._told = ""
        self.stopping = False

    def start(self) -> None:
        """Begin to tick."""
        self._task = asyncio.create_task(self._run(), name=f"ferryman-{self.name}")

    def wake(self) -> None:
        """End the rest, or skip the next one."""
        self._awake.set()

    def end(self) -> None:
        """Ask for the end: the current tick is the last."""
        self.stopping = True
        self._awake.set()

    async def stop(self, patience: float | None = None) -> None:
        """Let the current tick end, for at most `patience` seconds, then cancel it."""
        self.end()
        if self._task is None:
            return
        await asyncio.wait({self._task}, timeout=patience)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while not self.stopping:
            pause = await self._tick_once()
            if pause > 0 and not self.stopping:
                await self._rest(pause)

    async def _tick_once(self) -> float:
        try:
            pause = await self._tick()
        except StoreUnavailable as error:
            self._around.outage.failed(self.name, error)
            return self._pause()
        except Exception as error:
            self._tell(error)
            return self._pause()
        self._failures = 0
        self._around.outage.worked(self.name)
        return pause

    def _pause(self) -> float:
        self._failures += 1
        return _pause_after(self._failures, self._around.ports.dice())

    def _tell(self, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}"
        if text != self._told or self._failures % TELL_AGAIN == 0:
            self._around.emit(ServiceFailed(self.name, text, error))
        self._told = text

    async def _rest(self, pause: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._awake.wait()
                # A failing service must not be woken into a hot loop: its pause is slept through, unless it is stopped.
                while self._failures and not self.stopping:
                    self._awake.clear()
                    await self._awake.wait()
        self._awake.clear()

    def __repr__(self) -> str:
        return f"<service {self.name}>"


async def call_patiently(call: Callable[[], Awaitable[Any]], name: str, around: Surroundings) -> Any:
    """Return what `call` returns, trying again for as long as it raises `StoreUnavailable`."""
    failures = 0
    while True:
        try:
            value = await call()
        except StoreUnavailable as error:
            around.outage.failed(name, error)
            failures += 1
            await asyncio.sleep(_pause_after(failures, around.ports.dice()))
        else:
            around.outage.worked(name)
            return value


async def shielded(work: Awaitable[T]) -> T:
    """Wait for work that goes on when its caller is cancelled.

    Its failure then concerns nobody, and asyncio is not to complain that nobody asked for it.
    """
    future = asyncio.ensure_future(work)
    future.add_done_callback(_hear_out)
    return await asyncio.shield(future)


def _hear_out(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()


def _pause_after(failures: int, dice: float) -> float:
    """Return the seconds to wait after so many failures in a row (at least 1).

    After the AWS Architecture Blog, "Exponential Backoff And Jitter": equal jitter, so never an instant retry.
    """
    grown = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures, 10))
    return grown * (0.5 + 0.5 * dice)

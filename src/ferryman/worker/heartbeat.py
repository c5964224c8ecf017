"""Heartbeat: extends the worker's leases from a thread of its own, which a blocking task cannot stop.

The thread has its own event loop and its own store. Between beats it waits for the worker's signal, so that a
cancelled job or an operator's command is heard of at once. When no beat got through for a whole lease, it fences:
other workers may run these jobs by now, so they are stopped here. The store refuses what such an attempt reports in
any case; the fence keeps two of them from working on the same thing for longer than need be.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from ferryman.domain.errors import StoreError
from ferryman.domain.lease import LeaseState
from ferryman.service import Service, Surroundings, call_patiently
from ferryman.store.messages import Command, Pulse, WorkerInfo
from ferryman.store.protocol import Store
from ferryman.store.signals import worker_signal
from ferryman.telemetry.events import AttemptStopped, LoopBlocked
from ferryman.worker.attempts import Attempt, Attempts, Reason
from ferryman.worker.vitals import resident_memory, stack_of

#: Beats in the time of one lease: two may go missing before it runs out.
BEATS_PER_LEASE = 3
#: The fence looks this often in the time of one lease.
LOOKS_PER_LEASE = 15
#: Signals that follow each other faster than this share a beat, in seconds.
SHORTEST_PAUSE = 0.05
#: Saying goodbye to the store may take this long, in seconds; a worker that cannot is forgotten after a while.
GOODBYE = 2.0

_REASONS = {LeaseState.LOST: Reason.LOST, LeaseState.CANCELLED: Reason.CANCELLED}


class Heartbeat:
    """Beats from `start` to `stop`. `on_command` is called in the worker's loop when an operator's command changes."""

    def __init__(
        self,
        make_store: Callable[[], Store],
        info: WorkerInfo,
        attempts: Attempts,
        lease: float,
        around: Surroundings,
        on_command: Callable[[Command | None], None],
    ) -> None:
        self.info = info
        self._make_store = make_store
        self._attempts = attempts
        self._lease = lease
        self._around = around
        self._on_command = on_command
        self._command: Command | None = None
        self._thread = threading.Thread(target=self._live, name="ferryman-heartbeat", daemon=True)
        self._ended: asyncio.Future[None] | None = None
        self._main: asyncio.AbstractEventLoop | None = None
        self._main_thread = 0
        self._own: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._asked = False
        self._guard = threading.Lock()
        self._pinged: float | None = None
        self._told_blocked = False
        self.quiet = False

    # -- called in the worker's loop

    def start(self) -> None:
        """Start the thread; the first beat announces the worker."""
        self._main = asyncio.get_running_loop()
        self._main_thread = threading.get_ident()
        self._ended = self._main.create_future()
        self._thread.start()

    async def stop(self, patience: float) -> None:
        """Say goodbye to the store and end the thread, within `patience` seconds."""
        if self._ended is None:
            return
        with self._guard:
            self._asked = True
            if self._own is not None and self._stop is not None:
                self._own.call_soon_threadsafe(self._stop.set)
        await asyncio.wait({self._ended}, timeout=patience)

    # -- the thread

    def _live(self) -> None:
        try:
            asyncio.run(self._beat_until_stopped())
        finally:
            self._to_main(self._note_end)

    def _note_end(self) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    async def _beat_until_stopped(self) -> None:
        stop = asyncio.Event()
        with self._guard:
            self._own, self._stop = asyncio.get_running_loop(), stop
            if self._asked:
                stop.set()
        opening = asyncio.create_task(self._open())
        fence = Service("fence", self._fence, self._around)
        fence.start()
        try:
            store = await _unless(stop, opening)
            if store is not None:
                await self._beats(store, stop)
        finally:
            await fence.stop()
            with self._guard:
                self._own = None

    async def _open(self) -> Store:
        async def attempt() -> Store:
            store = self._make_store()
            await store.open()
            return store

        opened: Store = await call_patiently(attempt, "heartbeat", self._around)
        return opened

    async def _beats(self, store: Store, stop: asyncio.Event) -> None:
        signal = [worker_signal(self.info.id)]
        interval = self._lease / BEATS_PER_LEASE

        async def tick() -> float:
            await self._beat(store)
            await store.wait(signal, interval)
            return SHORTEST_PAUSE

        service = Service("heartbeat", tick, self._around)
        service.start()
        try:
            await stop.wait()
        finally:
            # The wait for a signal is cut short; cutting a beat short harms nothing, it can be repeated.
            await service.stop(patience=0.0)
            await _within(GOODBYE, store.retire(self.info.id))
            await _within(GOODBYE, store.close())

    async def _beat(self, store: Store) -> None:
        """Extend what is held, announce the worker, act on the answer."""
        monotonic = self._around.ports.monotonic
        lag = self._loop_lag()
        self._ping()
        attempts = self._attempts.snapshot()
        sent = monotonic()
        info = replace(
            self.info,
            busy=len(self._attempts.running),
            memory=resident_memory(),
            loop_lag=lag,
            quiet=self.quiet,
        )
        pulse = await asyncio.wait_for(
            store.extend(info, [attempt.lease for attempt in attempts], self._lease), self._lease / BEATS_PER_LEASE
        )
        self._take(attempts, pulse, sent + self._lease)

    def _take(self, attempts: Sequence[Attempt], pulse: Pulse, until: float) -> None:
        gone: dict[Reason, list[Attempt]] = {}
        for attempt, state in zip(attempts, pulse.leases, strict=True):
            if state is LeaseState.HELD:
                attempt.until = until
            else:
                gone.setdefault(_REASONS[state], []).append(attempt)
        for reason, stopped in gone.items():
            self._stop_attempts(stopped, reason)
        if pulse.command != self._command:
            self._command = pulse.command
            self._to_main(self._on_command, pulse.command)

    async def _fence(self) -> float:
        """Stop what this worker can no longer be sure to hold."""
        now = self._around.ports.monotonic()
        overdue = [attempt for attempt in self._attempts.snapshot() if attempt.until <= now and attempt.reason is None]
        if overdue:
            self._stop_attempts(overdue, Reason.OUT_OF_TOUCH)
        return self._lease / LOOKS_PER_LEASE

    # -- between the threads

    def _stop_attempts(self, attempts: Sequence[Attempt], reason: Reason) -> None:
        for attempt in attempts:
            # At once, not by the loop: a task that blocks the loop can still see it.
            if attempt.sign is not None and not attempt.settled:
                attempt.sign.set()
        self._to_main(self._stop_in_main, attempts, reason)

    def _stop_in_main(self, attempts: Sequence[Attempt], reason: Reason) -> None:
        for attempt in self._attempts.stop(attempts, reason):
            claimed = attempt.claimed
            self._around.emit(AttemptStopped(claimed.id, claimed.task, claimed.attempt, reason.value))

    def _to_main(self, call: Callable[..., object], *values: Any) -> None:
        assert self._main is not None
        try:
            self._main.call_soon_threadsafe(call, *values)
        except RuntimeError:
            return  # that loop is closed: nothing is left to stop

    def _ping(self) -> None:
        """Measure how long the worker's loop takes to come round: from now to when it runs `pong`."""
        if self._pinged is None:
            self._pinged = self._around.ports.monotonic()
            self._to_main(self._pong, self._pinged)

    def _pong(self, pinged: float) -> None:
        self._lag = self._around.ports.monotonic() - pinged
        self._pinged = None
        self._told_blocked = False

    _lag = 0.0

    def _loop_lag(self) -> float:
        """Return the last lag in seconds, or how long the loop has not come round; tell it once when that is long."""
        pinged = self._pinged
        if pinged is None:
            return self._lag
        blocked = self._around.ports.monotonic() - pinged
        if blocked >= self._lease and not self._told_blocked:
            self._told_blocked = True
            self._around.emit(LoopBlocked(self.info.id, blocked, stack_of(self._main_thread)))
        return blocked


async def _unless(stop: asyncio.Event, work: asyncio.Task[Store]) -> Store | None:
    """Return what `work` returns, None when the event came first."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({stopped, work}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if work.done():
        return work.result()
    work.cancel()
    return None


async def _within(patience: float, work: Awaitable[object]) -> None:
    """Wait for something at the end that may fail: then the store finds out by itself."""
    try:
        async with asyncio.timeout(patience):
            await work
    except (TimeoutError, StoreError):
        return

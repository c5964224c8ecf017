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

from ferryman import failpoints
from ferryman.domain.errors import StoreError, StoreUnavailable
from ferryman.domain.lease import LeaseState
from ferryman.service import Service, Surroundings
from ferryman.store.messages import Command, Pulse, WorkerInfo
from ferryman.store.protocol import Store
from ferryman.store.signals import worker_signal
from ferryman.telemetry.events import AttemptStopped, LoopBlocked
from ferryman.worker.aside import Aside
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
        self._make_store = make_store
        self._info = info
        self._attempts = attempts
        self._lease = lease
        self._around = around
        self._on_command = on_command
        self._command: Command | None = None
        self._store: Store | None = None
        self._aside = Aside("ferryman-heartbeat", self._live, threaded=around.ports.threads)
        self._main_thread = 0
        self._pinged: float | None = None
        self._lag = 0.0
        self._told_blocked = False
        #: Whether the worker claims nothing at the moment; announced with each beat.
        self.quiet = False

    def start(self) -> None:
        """Begin; the first beat announces the worker."""
        self._main_thread = threading.get_ident()
        self._aside.start()

    async def stop(self, patience: float) -> None:
        """Say goodbye to the store and end, within `patience` seconds."""
        await self._aside.stop(patience)

    async def _live(self, stop: asyncio.Event) -> None:
        services = [Service("heartbeat", self._tick, self._around), Service("fence", self._fence, self._around)]
        for service in services:
            service.start()
        await stop.wait()
        for service in services:
            # The wait for a signal is cut short; so may be a beat, which can be repeated.
            await service.stop(patience=0.0)
        if self._store is not None:
            await _within(GOODBYE, self._store.retire(self._info.id))
            await _within(GOODBYE, self._store.close())

    async def _tick(self) -> float:
        """Beat, then wait for the next beat's time or for a signal."""
        interval = self._lease / BEATS_PER_LEASE
        if self._store is None:
            store = self._make_store()
            await store.open()
            self._store = store
        await self._beat(self._store, interval)
        self._around.outage.worked("heartbeat")  # known now, not only after the wait that follows
        await self._store.wait([worker_signal(self._info.id)], interval)
        return SHORTEST_PAUSE

    async def _beat(self, store: Store, patience: float) -> None:
        """Extend what is held, announce the worker, act on the answer."""
        attempts = self._attempts.snapshot()
        info = replace(
            self._info,
            busy=len(self._attempts.running),
            memory=resident_memory(),
            loop_lag=self._loop_lag(),
            quiet=self.quiet,
        )
        self._ping()
        # The store counts the lease from when it hears of this, which is later: ours never ends after the store's.
        until = self._around.ports.monotonic() + self._lease
        try:
            failpoints.reached("heartbeat.before")
            async with asyncio.timeout(patience):
                pulse = await store.extend(info, [attempt.lease for attempt in attempts], self._lease)
        except TimeoutError:
            raise StoreUnavailable(f"no answer to a heartbeat within {patience:g} s") from None
        failpoints.reached("heartbeat.answered")
        self._take(attempts, pulse, until)

    def _take(self, attempts: Sequence[Attempt], pulse: Pulse, until: float) -> None:
        gone: dict[Reason, list[Attempt]] = {}
        for attempt, state in zip(attempts, pulse.leases, strict=True):
            if state is LeaseState.HELD:
                attempt.until = until
            elif state is not LeaseState.UNKNOWN:
                gone.setdefault(_REASONS[state], []).append(attempt)
        for reason, stopped in gone.items():
            self._stop_attempts(stopped, reason)
        if pulse.command != self._command:
            self._command = pulse.command
            self._aside.to_main(self._on_command, pulse.command)

    async def _fence(self) -> float:
        """Stop what this worker can no longer be sure to hold."""
        now = self._around.ports.monotonic()
        overdue = [
            attempt
            for attempt in self._attempts.snapshot()
            if attempt.until <= now and attempt.reason is None and not attempt.settled
        ]
        if overdue:
            self._stop_attempts(overdue, Reason.OUT_OF_TOUCH)
        return self._lease / LOOKS_PER_LEASE

    def _stop_attempts(self, attempts: Sequence[Attempt], reason: Reason) -> None:
        for attempt in attempts:
            # At once, not by the loop: a task that blocks the loop can still see it.
            if attempt.sign is not None and not attempt.settled:
                attempt.sign.set()
        self._aside.to_main(self._stop_in_main, attempts, reason)

    def _stop_in_main(self, attempts: Sequence[Attempt], reason: Reason) -> None:
        for attempt in self._attempts.stop(attempts, reason):
            claimed = attempt.claimed
            self._around.emit(AttemptStopped(claimed.id, claimed.task, claimed.attempt, reason.value))

    # -- how the worker's loop is doing

    def _ping(self) -> None:
        """Measure how long the worker's loop takes to come round: from now to when it runs `pong`."""
        if self._pinged is None:
            self._pinged = self._around.ports.monotonic()
            self._aside.to_main(self._pong, self._pinged)

    def _pong(self, pinged: float) -> None:
        self._lag = self._around.ports.monotonic() - pinged
        self._pinged = None
        self._told_blocked = False

    def _loop_lag(self) -> float:
        """Return the last lag in seconds, or how long the loop has not come round; told once when that is long."""
        pinged = self._pinged
        if pinged is None:
            return self._lag
        blocked = self._around.ports.monotonic() - pinged
        if blocked >= self._lease and not self._told_blocked:
            self._told_blocked = True
            self._around.emit(LoopBlocked(self._info.id, blocked, stack_of(self._main_thread)))
        return blocked


async def _within(patience: float, work: Awaitable[object]) -> None:
    """Wait for something at the end that may fail: then the store finds out by itself."""
    try:
        async with asyncio.timeout(patience):
            await work
    except (TimeoutError, StoreError):
        return

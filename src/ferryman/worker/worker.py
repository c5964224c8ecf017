"""Worker: claims jobs, runs them, reports how they ended; drains and stops."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping

from ferryman import failpoints
from ferryman.domain.task import Task
from ferryman.service import Surroundings
from ferryman.store.messages import Command, WorkerInfo
from ferryman.store.protocol import Store
from ferryman.telemetry.events import WorkerQuiet, WorkerResumed, WorkerStarted, WorkerStopped, WorkerStopping
from ferryman.version import __version__
from ferryman.worker.attempts import Attempts, Reason
from ferryman.worker.heartbeat import Heartbeat
from ferryman.worker.plan import Plan
from ferryman.worker.processes import Children
from ferryman.worker.reporter import Reporter
from ferryman.worker.runner import Runner
from ferryman.worker.turns import Turns

#: After its cancellation an attempt has this long to clean up before its job is handed back, in seconds.
LAST_MOMENT = 2.0
#: Reporting the last outcomes may take this long, in seconds; past it the leases run out by themselves.
LAST_WORDS = 5.0
#: The same for somebody in a hurry, in seconds: enough for what ends at once.
HURRY = 0.1


class Worker:
    """One worker process's share of the work.

    `store` is open and belongs to the running loop; `make_store` makes another one for the heartbeat's thread.
    `run` returns once the worker has stopped: asked to by `stop`, by an operator, or, with `burst`, for lack of work.
    Raises `TaskDefinitionError` for a `process=True` task that a child process could not find.
    """

    def __init__(
        self,
        store: Store,
        make_store: Callable[[], Store],
        tasks: Mapping[str, Task],
        plan: Plan,
        around: Surroundings,
    ) -> None:
        self.plan = plan
        self.attempts = Attempts(plan.slots)
        self._around = around
        self._reporter = Reporter(store.feed, self.attempts, around)
        self._children = Children(tasks, self._reporter, around)
        self._runner = Runner(tasks, self.attempts, self._reporter, self._children, around)
        self.turns = Turns(store, plan, self.attempts, self._runner, around, self._out_of_work)
        self._heartbeat = Heartbeat(make_store, self._info(), self.attempts, plan.lease, around, self._obey)
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()
        self._quiet = False
        self._obeyed_quiet = False

    def _info(self) -> WorkerInfo:
        plan = self.plan
        return WorkerInfo(
            plan.worker,
            socket.gethostname(),
            os.getpid(),
            __version__,
            plan.queues,
            plan.tasks,
            plan.slots,
            started_at=self._around.ports.clock(),
        )

    # -- what others may ask, in the worker's loop

    def stop(self) -> None:
        """Claim no more and end once the running attempts have, or their grace is over; asked again, end now."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()
        self.turns.claim(False)

    def quiet(self) -> None:
        """Claim no more; what runs goes on."""
        if not self._quiet:
            self._quiet = self._heartbeat.quiet = True
            self.turns.claim(False)
            self._around.emit(WorkerQuiet(self.plan.worker, len(self.attempts.running)))

    def resume(self) -> None:
        """Claim again after having been quiet."""
        if self._quiet and not self._stopping.is_set():
            self._quiet = self._heartbeat.quiet = False
            self.turns.claim(True)
            self._around.emit(WorkerResumed(self.plan.worker))

    def _obey(self, command: Command | None) -> None:
        """Do what an operator asked; taking back "quiet" resumes, unless the process was told so by other means."""
        if command is Command.STOP:
            self._stopping.set()
        elif command is Command.QUIET:
            self._obeyed_quiet = not self._quiet
            self.quiet()
        elif self._obeyed_quiet:
            self._obeyed_quiet = False
            self.resume()

    def _out_of_work(self) -> None:
        if self.plan.burst:
            self._stopping.set()

    # -- life

    async def run(self) -> None:
        """Work until stopped. Cancelling this hands the running attempts back at once."""
        plan = self.plan
        self._reporter.start()
        self._heartbeat.start()
        self.turns.start()
        self._around.emit(WorkerStarted(plan.worker, plan.queues, plan.tasks, plan.slots, plan.lease))
        try:
            await self._stopping.wait()
            await self._drain()
        finally:
            # Reached by a cancellation too: then nothing was drained, and everything is handed back here.
            self.turns.claim(False)
            await self._release()
            await self._close()

    async def _drain(self) -> None:
        """Claim no more; let running attempts finish for the grace, then interrupt them."""
        self.turns.claim(False)
        failpoints.reached("shutdown.draining")
        self._around.emit(WorkerStopping(self.plan.worker, len(self.attempts.running), self.plan.grace))
        finished = asyncio.create_task(self._within(self.plan.grace, self._nothing_runs))
        hurry = asyncio.create_task(self._hurry.wait())
        try:
            await asyncio.wait({finished, hurry}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            finished.cancel()
            hurry.cancel()

    async def _release(self) -> None:
        """Interrupt what still runs, give it a moment, hand back what does not end, and report."""
        for attempt in list(self.attempts.running):
            attempt.stop(Reason.SHUTDOWN)
        await self._within(HURRY if self._hurry.is_set() else LAST_MOMENT, self._nothing_runs)
        for attempt in list(self.attempts.running):
            self._runner.hand_back(attempt, self.turns)
        await self._within(LAST_WORDS, self._all_reported)

    async def _close(self) -> None:
        failpoints.reached("shutdown.released")
        await self.turns.stop(LAST_MOMENT)
        await self._reporter.stop(LAST_MOMENT)
        await self._children.close()
        await self._heartbeat.stop(LAST_WORDS)
        counted = self.attempts
        self._around.emit(WorkerStopped(self.plan.worker, counted.finished, counted.released, self.turns.unreported))

    def _nothing_runs(self) -> bool:
        return not self.attempts.running

    def _all_reported(self) -> bool:
        return self.turns.idle

    async def _within(self, patience: float, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds, for at most `patience` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not condition():
                    await self.turns.progress()

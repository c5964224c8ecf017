"""Runs one attempt: resolve, call, decide, report. Whatever a task's code does becomes an outcome."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any, Protocol

from ferryman import failpoints
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.task import Task
from ferryman.service import Surroundings
from ferryman.telemetry.current import CURRENT
from ferryman.telemetry.events import AttemptOverran, ServiceFailed
from ferryman.worker.attempts import Attempt, Attempts, Reason
from ferryman.worker.context import Context, StopSign
from ferryman.worker.decide import decide, failure
from ferryman.worker.executors import call_in_thread, current_interrupt
from ferryman.worker.processes import Children
from ferryman.worker.reporter import Reporter
from ferryman.worker.threads import Threads
from ferryman.worker.verdict import Verdict, judge_error, judge_misfit, judge_timeout, judge_value

#: An attempt that has not ended this many seconds after its timeout is reported without waiting for its end: code that
#: swallows its cancellation, or a thread that does not look at `Context.cancelled`.
STUBBORN = 1.0


class Sink(Protocol):
    """Where ended attempts go."""

    def report(self, attempt: Attempt, outcome: Outcome | None) -> None:
        """Tell the store; None when there is nothing to tell."""

    def slot_freed(self) -> None:
        """A slot is free again."""


class Known:
    """A task as the runner calls it: what every job of it needs is looked up once."""

    __slots__ = ("context", "function", "in_loop", "read", "task", "write")

    def __init__(self, task: Task) -> None:
        self.task = task
        self.function = task.function
        self.in_loop = task.is_async
        self.context = task.parameters.context
        self.read = task.parameters.read
        self.write = task.parameters.write_result


class Runner:
    """Starts attempts and turns their ends into outcomes."""

    def __init__(
        self,
        tasks: Mapping[str, Task],
        attempts: Attempts,
        reporter: Reporter,
        children: Children,
        around: Surroundings,
    ) -> None:
        self._known = {name: Known(task) for name, task in tasks.items()}
        self._attempts = attempts
        self._reporter = reporter
        self._children = children
        self._threads = Threads()
        self._around = around

    def start(self, attempt: Attempt, sink: Sink) -> None:
        """Run an attempt in an asyncio task of its own."""
        attempt.task = start_task(self._run(attempt, sink))

    def hand_back(self, attempt: Attempt, sink: Sink) -> None:
        """Give a job back that was claimed but not started, or whose code does not end in time."""
        self.settle(attempt, Outcome.released(attempt.lease), sink)
        if attempt.task is None:
            self._attempts.running.pop(attempt, None)

    async def _run(self, attempt: Attempt, sink: Sink) -> None:
        CURRENT.set(attempt.claimed)
        try:
            outcome = await self._attempt(attempt, sink)
            if attempt.spoke:
                await self._flush(attempt)
            failpoints.reached("attempt.returned")
            self.settle(attempt, outcome, sink)
        except BaseException as error:
            # A bug of ours: the job must not hang for it, nor the worker end.
            self._around.emit(ServiceFailed("runner", f"{type(error).__name__}: {error}", error))
            self.settle(attempt, Outcome.released(attempt.lease), sink)
        finally:
            self._attempts.running.pop(attempt, None)
            sink.slot_freed()

    async def _attempt(self, attempt: Attempt, sink: Sink) -> Outcome:
        """Resolve, call, decide."""
        known = self._known.get(attempt.claimed.task)
        if known is None or attempt.reason is not None:
            return Outcome.released(attempt.lease)
        failpoints.reached("attempt.started")
        if known.task.process:
            verdict = await self._call_child(attempt, known, sink)
            return decide(attempt, known.task, verdict, self._around.ports.dice)
        try:
            arguments = self._resolve(attempt, known)
        except BaseException as error:
            return decide(attempt, known.task, judge_misfit(error), self._around.ports.dice)
        if attempt.claimed.timeout is not None:
            self._limit(attempt, known, sink)
        try:
            value = await self._call(attempt, known, arguments)
        except BaseException as error:
            verdict = judge_error(known.task, error)
        else:
            if attempt.reason is None:
                with contextlib.suppress(Exception):  # what JSON cannot carry is judged below
                    return Outcome(attempt.lease, Ending.COMPLETED, known.write(value))
            verdict = judge_value(known.task, value, gave_up=attempt.sign is not None and attempt.sign.seen)
        finally:
            attempt.interrupt = None
            if attempt.timer is not None:
                attempt.timer.cancel()
        return decide(attempt, known.task, verdict, self._around.ports.dice)

    def _resolve(self, attempt: Attempt, known: Known) -> dict[str, Any]:
        """Read the arguments; a task that takes a context gets one, a thread something to look at."""
        arguments = known.read(attempt.claimed.args)
        if known.context is not None:
            attempt.sign = StopSign()
            arguments[known.context] = Context.of(attempt.claimed, partial(self._reporter.add, attempt), attempt.sign)
        return arguments

    async def _call(self, attempt: Attempt, known: Known, arguments: dict[str, Any]) -> Any:
        if known.in_loop:
            attempt.interrupt = current_interrupt()
            return await known.function(**arguments)
        return await call_in_thread(self._threads, attempt, known.function, arguments)

    async def _call_child(self, attempt: Attempt, known: Known, sink: Sink) -> Verdict:
        started = partial(self._limit, attempt, known, sink) if attempt.claimed.timeout is not None else None
        try:
            return await self._children.run(attempt, known.task, started)
        except BaseException as error:
            return judge_error(known.task, error)
        finally:
            attempt.interrupt = None
            if attempt.timer is not None:
                attempt.timer.cancel()

    def _limit(self, attempt: Attempt, known: Known, sink: Sink) -> None:
        """Stop the attempt at its timeout, and report it soon after even if its code goes on."""
        loop = asyncio.get_running_loop()
        timeout = attempt.claimed.timeout or 0.0

        def expire() -> None:
            attempt.stop(Reason.TIMEOUT)
            attempt.timer = loop.call_later(STUBBORN, overrun)

        def overrun() -> None:
            if attempt.settled or attempt.reason is not Reason.TIMEOUT:
                return
            verdict = judge_timeout(known.task, timeout, Verdict(Ending.COMPLETED, ""))
            self.settle(attempt, decide(attempt, known.task, verdict, self._around.ports.dice), sink)
            self._around.emit(
                AttemptOverran(attempt.claimed.id, attempt.claimed.task, attempt.claimed.attempt, timeout)
            )

        attempt.timer = loop.call_later(timeout, expire)

    async def _flush(self, attempt: Attempt) -> None:
        """Have the store take what the attempt said before its outcome closes the book."""
        with contextlib.suppress(asyncio.CancelledError):
            await self._reporter.flushed(attempt)

    def settle(self, attempt: Attempt, outcome: Outcome, sink: Sink) -> None:
        """Pass the outcome on, once: whatever comes later, or after the lease was revoked, does not count."""
        if attempt.settled:
            return
        attempt.settled = True
        if attempt.revoked:
            sink.report(attempt, None)
            return
        event = failure(attempt, outcome)
        if event is not None:
            self._around.emit(event)
        sink.report(attempt, outcome)


if sys.version_info >= (3, 12):

    def start_task(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start an asyncio task at once: one that never waits is over before this returns."""
        return asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)

else:

    def start_task(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start an asyncio task."""
        return asyncio.Task(work, loop=asyncio.get_running_loop())

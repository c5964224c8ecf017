"""Child processes for `process=True` tasks: kept warm, one job at a time each, really killed when they must stop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

from ferryman.domain.outcome import Ending, error_text
from ferryman.domain.task import Task
from ferryman.service import Surroundings
from ferryman.store.messages import FeedKind
from ferryman.telemetry.events import ChildDied
from ferryman.worker import frames
from ferryman.worker.attempts import Attempt
from ferryman.worker.frames import Frame
from ferryman.worker.lookup import check_findable, main_module
from ferryman.worker.reporter import Reporter
from ferryman.worker.verdict import Verdict

#: A child that was asked to stop has this long to end its call before it is killed, in seconds.
LAST_MOMENT = 0.5
#: Importing the tasks may take a child this long, in seconds.
START_LIMIT = 60.0

_START = "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from ferryman.worker.child import main; main()"


class ProcessDied(Exception):
    """The child process of an attempt ended before its task did: killed, crashed, or `os._exit`."""


class TasksNotImported(Exception):
    """A child process could not import its tasks."""


class Children:
    """Hands attempts to child processes. There are never more of those than attempts that run at once."""

    def __init__(self, tasks: Mapping[str, Task], reporter: Reporter, around: Surroundings) -> None:
        """Raises `TaskDefinitionError` for a task that a child could not find."""
        self._tasks = [task for task in tasks.values() if task.process]
        for task in self._tasks:
            check_findable(task)
        self._reporter = reporter
        self._around = around
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        #: More than these wait for nothing: a burst of jobs must not leave its processes behind for ever.
        self._most_idle = os.cpu_count() or 1

    async def run(self, attempt: Attempt, task: Task, started: Callable[[], None] | None) -> Verdict:
        """Run one attempt and return what it came to; `started` is called when its time begins to count.

        Raises `ProcessDied` (an error like another, unless we killed it) and `TasksNotImported`.
        """
        child = await self._take()
        try:
            if attempt.reason is not None:
                self._keep(child)
                return Verdict(Ending.FAILED, _STOPPED, firm=False)
            attempt.interrupt = child.stop
            if started is not None:
                started()
            child.send({"job": attempt.claimed})
            verdict = await self._follow(child, attempt)
            attempt.interrupt = None
            self._keep(child)
            return verdict
        finally:
            if child not in self._idle:
                await child.end()
            self._busy.discard(child)

    async def _follow(self, child: _Child, attempt: Attempt) -> Verdict:
        while frame := await child.receive():
            if "verdict" in frame:
                ending, text, delay, firm = frame["verdict"]
                return Verdict(Ending(ending), text, delay, firm)
            kind, data = frame["report"]
            self._reporter.add(attempt, FeedKind(kind), data)
        cause = await child.cause()
        if attempt.reason is None:
            self._around.emit(ChildDied(child.pid, cause, attempt.claimed.id, attempt.claimed.task))
        raise ProcessDied(f"the child process {child.pid} {cause}")

    async def _take(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                self._busy.add(child)
                return child
        child = _Child()
        self._busy.add(child)
        try:
            await child.start(self._hello())
        except BaseException:
            await child.end()
            self._busy.discard(child)
            raise
        return child

    def _hello(self) -> Frame:
        places = [(task.name, task.function.__module__, task.function.__qualname__) for task in self._tasks]
        return {"argv": sys.argv, "main": main_module(self._tasks), "tasks": places}

    def _keep(self, child: _Child) -> None:
        if child.fresh and len(self._idle) < self._most_idle:
            self._idle.append(child)

    async def close(self) -> None:
        """Kill every child."""
        children = [*self._idle, *self._busy]
        self._idle.clear()
        for child in children:
            child.kill()
        for child in children:
            await child.end()


_STOPPED = error_text("CancelledError", "stopped before it started")


class _Child:
    """One child process. `fresh` until it was asked to stop: what a stop leaves behind in it is unknown."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._killer: asyncio.TimerHandle | None = None
        self.fresh = True

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self, hello: Frame) -> None:
        """Start the process and wait until it has imported its tasks; raises `TasksNotImported`, `ProcessDied`."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", _START, json.dumps(sys.path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # A group of its own, so that what the task starts is killed with it.
            start_new_session=True,
        )
        self.send(hello)
        try:
            async with asyncio.timeout(START_LIMIT):
                answer = await self.receive()
        except TimeoutError:
            raise TasksNotImported(f"importing the tasks took longer than {START_LIMIT:g} s") from None
        if answer is None:
            raise ProcessDied(f"the child process {self.pid} {await self.cause()} while it imported its tasks")
        if "broken" in answer:
            error: dict[str, Any] = json.loads(answer["broken"])
            raise TasksNotImported(f"{error['type']}: {error['message']}\n{error['traceback']}")

    def send(self, frame: Frame) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(frames.pack(frame))

    async def receive(self) -> Frame | None:
        """Return the next frame, None when the process is gone."""
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            head = await self._process.stdout.readexactly(frames.HEAD)
            return frames.unpack(await self._process.stdout.readexactly(frames.length(head)))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    def stop(self) -> None:
        """Show the task a stop sign, and kill the process soon after."""
        if self.fresh:
            self.fresh = False
            with contextlib.suppress(OSError, RuntimeError):
                self.send({"stop": True})
            self._killer = asyncio.get_running_loop().call_later(LAST_MOMENT, self.kill)

    def kill(self) -> None:
        """Kill the process and what it started."""
        self.fresh = False
        if self._killer is not None:
            self._killer.cancel()
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    async def end(self) -> None:
        """Kill the process and wait until it is gone: it uses its slot as long as it lives."""
        self.kill()
        await self.cause()

    async def cause(self) -> str:
        """Wait for the end of the process and say how it ended."""
        if self._process is None:
            return "was never started"
        code = await self._process.wait()
        if code >= 0:
            return f"ended with exit code {code}"
        with contextlib.suppress(ValueError):
            return f"was killed by {signal.Signals(-code).name}"
        return f"was killed by signal {-code}"

"""What a child process runs: one job at a time, called for over its standard input.

A reader thread listens all the time, so that a busy child is told to stop, and ends at once when the worker is gone:
the system closes the pipe however the worker ended. What a task prints goes to standard error.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO, NoReturn

from ferryman.domain.lease import Claimed
from ferryman.domain.task import Task
from ferryman.store.messages import FeedKind
from ferryman.telemetry.current import CURRENT
from ferryman.worker import frames
from ferryman.worker.context import Context, StopSign
from ferryman.worker.frames import Frame
from ferryman.worker.lookup import find_task, import_main
from ferryman.worker.verdict import Verdict, describe, judge_error, judge_misfit, judge_value

#: Whether this process is such a child: its main module must not start a worker when it is imported again.
SERVING = False
#: A terminal and a service manager signal whole groups of processes; here the worker decides.
_WORKERS_BUSINESS = ("SIGINT", "SIGTERM", "SIGTSTP", "SIGHUP")


def main() -> NoReturn:
    """Serve until the worker closes our standard input."""
    global SERVING
    SERVING = True
    for name in _WORKERS_BUSINESS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    child = _Child(_take_over(0, os.O_RDONLY, "rb"), _take_over(1, os.O_WRONLY, "wb"))
    child.serve()


def _take_over(descriptor: int, flags: int, mode: str) -> BinaryIO:
    """Keep a standard stream for ourselves; tasks get an empty input, and standard error to print to."""
    ours = os.dup(descriptor)
    theirs = os.open(os.devnull, flags) if descriptor == 0 else os.dup(2)
    os.dup2(theirs, descriptor)
    os.close(theirs)
    return os.fdopen(ours, mode)  # type: ignore[return-value]  # binary by its mode


class _Child:
    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self._source = source
        self._target = target
        self._guard = threading.Lock()
        self._jobs: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._sign = StopSign()
        self._tasks: dict[str, Task] = {}

    def serve(self) -> NoReturn:
        """Prepare, then run job after job; the reader thread ends the process."""
        threading.Thread(target=self._read, name="ferryman-parent", daemon=True).start()
        self._prepare(self._jobs.get())
        while True:
            self._run(self._jobs.get())

    def _read(self) -> None:
        # Nothing here may take long: the worker's death has to be seen at once.
        while frame := self._receive():
            if "stop" in frame:
                self._sign.set()
            else:
                self._sign = StopSign()
                self._jobs.put(frame)
        with contextlib.suppress(OSError, AttributeError):
            os.killpg(os.getpid(), signal.SIGKILL)  # what the task started goes as well
        os._exit(1)

    def _receive(self) -> Frame | None:
        try:
            head = self._source.read(frames.HEAD)
            if len(head) < frames.HEAD:
                return None
            return frames.unpack(self._source.read(frames.length(head)))
        except (OSError, ValueError):
            return None

    def _send(self, frame: Frame) -> None:
        with self._guard:
            self._target.write(frames.pack(frame))
            self._target.flush()

    def _prepare(self, hello: Frame) -> None:
        """Import what the tasks live in, so that no job's time is spent on it."""
        sys.argv[:] = hello["argv"]
        try:
            if hello["main"] is not None:
                import_main(hello["main"])
            self._tasks = {name: find_task(module, qualname, name) for name, module, qualname in hello["tasks"]}
        except BaseException as error:
            self._send({"broken": describe(error)})
        else:
            self._send({"ready": True})

    def _run(self, frame: Frame) -> None:
        sign = self._sign
        claimed = Claimed._make(frame["job"])
        CURRENT.set(claimed)
        verdict = self._judge(self._tasks[claimed.task], claimed, sign)
        self._send({"verdict": verdict})

    def _judge(self, task: Task, claimed: Claimed, sign: StopSign) -> Verdict:
        try:
            arguments = task.parameters.read(claimed.args)
        except BaseException as error:
            return judge_misfit(error)
        if task.parameters.context is not None:
            arguments[task.parameters.context] = Context.of(claimed, self._report, sign)
        try:
            value = _call(task, arguments)
        except BaseException as error:
            return judge_error(task, error)
        return judge_value(task, value, gave_up=sign.seen)

    def _report(self, kind: FeedKind, data: str) -> None:
        self._send({"report": [kind, data]})


def _call(task: Task, arguments: dict[str, Any]) -> Any:
    value = task.function(**arguments)
    return asyncio.run(value) if asyncio.iscoroutine(value) else value

"""Everything worth telling about a running process, as values. Code emits these and never writes log lines.

Ids are fields, so that whoever turns an event into a line, a metric or a span need not parse a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """The root of all events."""


@dataclass(frozen=True, slots=True)
class WorkerStarted(Event):
    """A worker began to claim; no queues means every queue."""

    worker: str
    queues: tuple[str, ...]
    tasks: tuple[str, ...]
    slots: int
    lease: float


@dataclass(frozen=True, slots=True)
class WorkerQuiet(Event):
    """A worker was asked to claim no more; `running` attempts go on."""

    worker: str
    running: int


@dataclass(frozen=True, slots=True)
class WorkerResumed(Event):
    """A quiet worker claims again."""

    worker: str


@dataclass(frozen=True, slots=True)
class WorkerStopping(Event):
    """A worker claims no more and lets its running attempts finish for `grace` seconds."""

    worker: str
    running: int
    grace: float


@dataclass(frozen=True, slots=True)
class WorkerStopped(Event):
    """A worker ended; `released` attempts were handed back, `unreported` outcomes could not be told to the store."""

    worker: str
    finished: int
    released: int
    unreported: int


@dataclass(frozen=True, slots=True)
class AttemptFailed(Event):
    """An attempt ended by an error; `retry_in` seconds until the next one, None when it was the last."""

    job_id: str
    task: str
    attempt: int
    error_type: str
    message: str
    retry_in: float | None
    traceback: str


@dataclass(frozen=True, slots=True)
class AttemptStopped(Event):
    """A running attempt was stopped from outside: lost, cancelled, or without contact to the store for a lease."""

    job_id: str
    task: str
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptOverran(Event):
    """An attempt was reported as timed out but its code goes on, and uses its slot until it ends."""

    job_id: str
    task: str
    attempt: int
    timeout: float


@dataclass(frozen=True, slots=True)
class OutcomeRefused(Event):
    """The store did not take an outcome: the attempt no longer held its job."""

    job_id: str
    task: str
    attempt: int
    ending: str


@dataclass(frozen=True, slots=True)
class StoreDown(Event):
    """The store gives no answer; whoever needs it keeps trying."""

    error: str


@dataclass(frozen=True, slots=True)
class StoreBack(Event):
    """The store answers again, after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ServiceFailed(Event):
    """A service's tick raised something unforeseen; it is tried again."""

    service: str
    error: str
    exception: BaseException


@dataclass(frozen=True, slots=True)
class TasksUnknown(Event):
    """Jobs wait for a task that no running worker of their queue knows."""

    task: str
    queues: tuple[str, ...]
    jobs: int


@dataclass(frozen=True, slots=True)
class ChildDied(Event):
    """A child process that runs `process=True` tasks died by itself."""

    pid: int
    cause: str
    job_id: str
    task: str


@dataclass(frozen=True, slots=True)
class LoopBlocked(Event):
    """The event loop has made no progress for `seconds`: some task blocks it. `stack` shows where."""

    worker: str
    seconds: float
    stack: str


@dataclass(frozen=True, slots=True)
class Stacks(Event):
    """The stacks of every task and thread, because somebody asked."""

    text: str


@dataclass(frozen=True, slots=True)
class LeftRunning(Event):
    """A process ends although tasks that swallow their cancellation still run in it; their jobs were handed back."""

    tasks: int


#: Where events go. Called from any thread; must not raise.
Emit = Callable[[Event], None]

"""How an attempt ended: one value, made only by its named constructors."""

from __future__ import annotations

import json
import traceback
from enum import StrEnum
from typing import Any, NamedTuple, Self

from ferryman.domain.durations import Duration, seconds
from ferryman.domain.errors import restore
from ferryman.domain.frame import innermost
from ferryman.domain.lease import Lease

#: What is kept of an error: enough to find it, not enough to fill the store.
LONGEST_MESSAGE = 4_000
LONGEST_TRACEBACK = 16_000


class Ending(StrEnum):
    """How an attempt ended."""

    COMPLETED = "completed"
    RETRIED = "retried"
    FAILED = "failed"
    SNOOZED = "snoozed"
    RELEASED = "released"
    CANCELLED = "cancelled"
    #: Never reported by a worker: recovery writes it for a lease that ran out.
    CRASHED = "crashed"


class Snooze(Exception):
    """Raised by a task: run me again after this delay; no retry is spent."""

    def __init__(self, delay: Duration, reason: str = "") -> None:
        super().__init__(reason or f"snoozed for {delay}")
        self.delay = seconds(delay, option="delay")

    def __reduce__(self) -> tuple[Any, ...]:
        return restore, (type(self), self.args, self.__dict__)


class Cancel(Exception):
    """Raised by a task: this job has become pointless; it ends as cancelled and is not retried."""


class Outcome(NamedTuple):
    """The end of one attempt, fenced by its lease. A plain tuple: thousands are made per second.

    `result` and `error` are JSON text; `delay` is in seconds and counts from the store's now.
    """

    lease: Lease
    ending: Ending
    result: str | None = None
    error: str | None = None
    delay: float = 0.0

    @classmethod
    def completed(cls, lease: Lease, result: str) -> Self:
        """The task returned; `result` is its value as JSON text."""
        return cls(lease, Ending.COMPLETED, result)

    @classmethod
    def retried(cls, lease: Lease, error: str, delay: float) -> Self:
        """The task raised and may run again; the store fails the job if no retry is left."""
        return cls(lease, Ending.RETRIED, None, error, delay)

    @classmethod
    def failed(cls, lease: Lease, error: str) -> Self:
        """The task raised and must not run again."""
        return cls(lease, Ending.FAILED, None, error)

    @classmethod
    def snoozed(cls, lease: Lease, delay: float, error: str | None = None) -> Self:
        """The task asked to run later; nothing is spent."""
        return cls(lease, Ending.SNOOZED, None, error, delay)

    @classmethod
    def released(cls, lease: Lease) -> Self:
        """The worker hands the job back, at a shutdown; nothing is spent and it keeps its place in line."""
        return cls(lease, Ending.RELEASED)

    @classmethod
    def cancelled(cls, lease: Lease, error: str) -> Self:
        """The task declared itself pointless."""
        return cls(lease, Ending.CANCELLED, None, error)


def describe_error(error: BaseException) -> str:
    """Write an exception as JSON text: `{"type", "message", "frame", "traceback"}`, each bounded.

    Never raises: an exception whose own `str` raises is described by that.
    """
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    try:
        message = str(error)
    except Exception as broken:
        message = f"<str() of the exception raised {type(broken).__name__}>"
    try:
        trace = "".join(traceback.format_exception(kind, error, error.__traceback__))
    except Exception as broken:
        trace = f"<the traceback could not be formatted: {type(broken).__name__}>"
    return error_text(name, message, trace, innermost(error.__traceback__))


def error_text(name: str, message: str, trace: str = "", frame: str = "") -> str:
    """Write an error as the JSON text that a job keeps; the end of a long traceback is what is kept."""
    if len(trace) > LONGEST_TRACEBACK:
        trace = "...\n" + trace[-LONGEST_TRACEBACK:]
    if len(message) > LONGEST_MESSAGE:
        message = message[:LONGEST_MESSAGE] + "..."
    said = {"type": name, "message": message, "frame": frame, "traceback": trace}
    return json.dumps({part: _sound(text) for part, text in said.items()})


def _sound(text: str) -> str:
    """Write half characters (lone surrogates) as escapes: most JSON parsers refuse text that holds one."""
    return text.encode("utf-8", "backslashreplace").decode()

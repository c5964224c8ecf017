"""What a call of a task came to, as a value that can also cross from a child process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from ferryman.domain.durations import spell
from ferryman.domain.outcome import Cancel, Ending, Snooze, describe_error, error_text
from ferryman.domain.task import Task

#: Where our own frames are: a task's traceback begins with its own line.
_OURS = str(Path(__file__).parent)


class Verdict(NamedTuple):
    """How a call ended, before anybody asked whether retries are left.

    `ending` is completed (`text` is the result as JSON), retried (an error that the task's policy covers), failed (one
    that it does not), snoozed or cancelled (`text` describes the error as JSON). `delay` is in seconds. A verdict that
    is not `firm` came about because the attempt was asked to stop, if it was: then the reason for that decides.
    """

    ending: Ending
    text: str
    delay: float = 0.0
    firm: bool = True


def judge_value(task: Task, value: Any, gave_up: bool = False) -> Verdict:
    """Judge what the task returned: a value that JSON cannot carry fails the job, and running again would not help.

    `gave_up` says that the task was told to stop before it returned.
    """
    try:
        return Verdict(Ending.COMPLETED, task.parameters.write_result(value), firm=not gave_up)
    except BaseException as error:
        return judge_misfit(error)


def judge_misfit(error: BaseException) -> Verdict:
    """Judge arguments or a result that do not fit: they will not fit the next time either."""
    return Verdict(Ending.FAILED, describe(error))


def judge_error(task: Task, error: BaseException) -> Verdict:
    """Judge what the task raised."""
    if isinstance(error, Snooze):
        return Verdict(Ending.SNOOZED, error_text("Snooze", _message(error)), error.delay)
    if isinstance(error, Cancel):
        return Verdict(Ending.CANCELLED, error_text("Cancel", _message(error)))
    return Verdict(_ending(task, error), describe(error), firm=False)


def judge_timeout(task: Task, timeout: float, cut_short: Verdict) -> Verdict:
    """Judge a call that ran into its timeout; the traceback shows where it was cut short."""
    error = TimeoutError(f"the attempt ran longer than its timeout of {spell(timeout)}")
    said = {} if cut_short.ending is Ending.COMPLETED else json.loads(cut_short.text)
    text = error_text("TimeoutError", str(error), said.get("traceback", ""), said.get("frame", ""))
    return Verdict(_ending(task, error), text)


def _ending(task: Task, error: BaseException) -> Ending:
    return Ending.RETRIED if task.retry.covers(error) else Ending.FAILED


def describe(error: BaseException) -> str:
    """Write an exception as JSON text without our own frames; never raises, whatever its `str` does."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OURS):
        trace = trace.tb_next
    if trace is not None:
        error = error.with_traceback(trace)
    try:
        return describe_error(error)
    except BaseException as broken:
        # A `__str__` may raise SystemExit; describe_error stops at Exception.
        return error_text(type(error).__qualname__, f"<str() of the exception raised {type(broken).__name__}>")


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException as broken:
        return f"<str() of the exception raised {type(broken).__name__}>"

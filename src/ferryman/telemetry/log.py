"""The one module that turns events into log lines: for people on a terminal, JSON elsewhere."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import fields
from typing import Any, TextIO

from ferryman.domain.clock import rfc3339
from ferryman.domain.durations import spell
from ferryman.telemetry import events
from ferryman.telemetry.current import CURRENT
from ferryman.telemetry.events import Event

LOGGER = logging.getLogger("ferryman")

#: How each event reads: level and sentence. Fields are filled in by `_shown`.
LINES: dict[type[Event], tuple[int, str]] = {
    events.WorkerStarted: (logging.INFO, "worker {worker} started: {slots} slots, queues {queues}, tasks {tasks}"),
    events.WorkerQuiet: (logging.INFO, "worker {worker} is quiet: it claims no more, {running} running"),
    events.WorkerResumed: (logging.INFO, "worker {worker} claims again"),
    events.WorkerStopping: (logging.INFO, "worker {worker} is stopping: {running} running, {grace} to finish"),
    events.WorkerStopped: (
        logging.INFO,
        "worker {worker} stopped: {finished} finished, {released} handed back, {unreported} not reported",
    ),
    events.AttemptFailed: (logging.WARNING, "{task} failed: {error_type}: {message} ({retry_in})"),
    events.AttemptStopped: (logging.WARNING, "{task} was stopped: {reason}"),
    events.AttemptOverran: (logging.WARNING, "{task} timed out after {timeout} but goes on and keeps its slot"),
    events.OutcomeRefused: (logging.WARNING, "{task} {ending}, but it no longer held its job: not counted"),
    events.StoreDown: (logging.ERROR, "the store gives no answer, trying again: {error}"),
    events.StoreBack: (logging.INFO, "the store answers again, after {seconds}"),
    events.ServiceFailed: (logging.ERROR, "{service} failed and is tried again: {error}"),
    events.TasksUnknown: (
        logging.WARNING,
        "{jobs} jobs wait in {queues} for task {task}, which no running worker knows",
    ),
    events.ChildDied: (logging.WARNING, "the child process {pid} of {task} died: {cause}"),
    events.LoopBlocked: (logging.WARNING, "a task has blocked the event loop for {seconds}:\n{stack}"),
    events.Stacks: (logging.WARNING, "stacks of every task and thread:\n{text}"),
    events.LeftRunning: (
        logging.WARNING,
        "the process ends although {tasks} asyncio tasks will not: they swallow cancellation",
    ),
}

_SECONDS = frozenset({"grace", "seconds", "timeout", "lease"})
_IN_SENTENCE_ONLY = frozenset({"traceback", "exception", "stack", "text"})


def emit(event: Event) -> None:
    """Write an event to the logger "ferryman"; never raises."""
    level, sentence = LINES[type(event)]
    if not LOGGER.isEnabledFor(level):
        return
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    text = sentence.format_map({name: _shown(name, value) for name, value in values.items()})
    if isinstance(event, events.AttemptFailed) and event.retry_in is None and event.traceback:
        text += "\n" + event.traceback.rstrip()
    exception = values.get("exception")
    kept = {name: value for name, value in values.items() if name not in _IN_SENTENCE_ONLY}
    LOGGER.log(level, "%s", text, exc_info=exception, extra={"event": type(event).__name__, "ids": kept})


def _shown(name: str, value: Any) -> str:
    if name == "retry_in":
        return "no retry is left" if value is None else f"again in {spell(value)}"
    if name in _SECONDS:
        return spell(value)
    if isinstance(value, tuple):
        return ", ".join(value) or ("all" if name == "queues" else "none")
    return str(value)


class HumanLines(logging.Formatter):
    """Time, level, sentence, and the job it is about."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        ids = _ids(record)
        job = (
            f" [{ids['task']} {ids['job_id']} #{ids['attempt']}]" if {"task", "job_id", "attempt"} <= ids.keys() else ""
        )
        time = self.formatTime(record, "%H:%M:%S")
        line = f"{time} {record.levelname.lower():<8}{record.getMessage()}{job}"
        return line + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")


class JsonLines(logging.Formatter):
    """One JSON object a line; ids as fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": rfc3339(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": getattr(record, "event", None),
            "message": record.getMessage(),
        }
        # The line's own fields win: an event may have a `message` too, which its sentence holds already.
        line = _ids(record) | line
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({name: value for name, value in line.items() if value is not None}, default=str)


def _ids(record: logging.LogRecord) -> dict[str, Any]:
    """Return an event's fields; for a line of a task's own code, which attempt wrote it."""
    ids: dict[str, Any] | None = getattr(record, "ids", None)
    if ids is not None:
        return ids
    running = CURRENT.get()
    return {} if running is None else {"task": running.task, "job_id": running.id, "attempt": running.attempt}


def configure(stream: TextIO | None = None, level: int = logging.INFO, style: str = "auto") -> None:
    """Send log lines to a stream (stderr by default), unless the application has configured logging itself.

    `style` is "human", "json", or "auto": human on a terminal, JSON elsewhere.
    """
    root = logging.getLogger()
    if root.handlers or LOGGER.handlers:
        return
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    human = style == "human" or (style == "auto" and target.isatty())
    handler.setFormatter(HumanLines() if human else JsonLines())
    root.addHandler(handler)
    root.setLevel(level)

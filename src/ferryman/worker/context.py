"""Context: what a running task is told, and how it reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Self

from ferryman.domain.errors import InvalidOption, shown
from ferryman.domain.lease import Claimed
from ferryman.store.messages import FeedKind

#: Where reports go: the kind and the JSON text of one entry; output as it was written.
Sink = Callable[[FeedKind, str], None]

#: The longest entry of a job's log, in characters of JSON.
LONGEST_ENTRY = 16_000


class StopSign:
    """Says whether an attempt should stop, and remembers whether its task was told so; any thread."""

    __slots__ = ("_set", "seen")

    def __init__(self) -> None:
        self._set = False
        self.seen = False

    def set(self) -> None:
        """Put the sign up."""
        self._set = True

    def is_set(self) -> bool:
        """Tell the task whether the sign is up."""
        if self._set:
            self.seen = True
        return self._set


class Context:
    """The running attempt, as its task sees it; injected into the parameter annotated with this class.

    `job_id`, `task`, `queue` and `attempt` (from 1) say what runs; `retry` is how often it was run again after an
    error. Safe to use from the task's thread. Called directly, a task gets a context that does nothing.
    """

    __slots__ = ("_sink", "_stop", "attempt", "job_id", "queue", "retry", "task")

    def __init__(
        self, job_id: str, task: str, queue: str, attempt: int, retry: int, sink: Sink, stop: StopSign
    ) -> None:
        self.job_id = job_id
        self.task = task
        self.queue = queue
        self.attempt = attempt
        self.retry = retry
        self._sink = sink
        self._stop = stop

    @classmethod
    def of(cls, job: Claimed, sink: Sink, stop: StopSign) -> Self:
        """Make the context of a claimed job; `stop` is set when the attempt should end."""
        return cls(job.id, job.task, job.queue, job.attempt, job.retries, sink, stop)

    @classmethod
    def idle(cls) -> Self:
        """Make a context that does nothing, for a task that is called directly."""
        return cls("", "", "", 1, 0, lambda kind, data: None, StopSign())

    @property
    def token(self) -> str:
        """A token to fence your own writes with: job id and attempt. Later attempts sort higher."""
        return f"{self.job_id}/{self.attempt}"

    @property
    def cancelled(self) -> bool:
        """Whether the attempt should stop: cancelled, timed out, its lease lost, or its worker shutting down.

        Async tasks get `CancelledError` too; a task in a thread has to look here now and then. A task that was told
        so at a shutdown and returns has given up, not completed: its job goes back to the queue.
        """
        return self._stop.is_set()

    def progress(self, current: float, total: float | None = None, message: str = "") -> None:
        """Report how far the task is; shown with the job at once, the newest report counts.

        Raises `InvalidOption` when `current` or `total` is no finite number.
        """
        values: dict[str, object] = {"current": current, "total": total}
        for name, value in values.items():
            if value is not None and not (isinstance(value, int | float) and abs(value) < float("inf")):
                hint = f"; a text goes in by its name: message={value!r}" if isinstance(value, str) else ""
                raise InvalidOption(name, f"progress needs a finite number as {name}, got {value!r}{hint}")
        self._sink(FeedKind.PROGRESS, json.dumps({"current": current, "total": total, "message": str(message)[:500]}))

    def log(self, message: str, **fields: Any) -> None:
        """Add a line to the job's log; `fields` are kept beside it as JSON (what JSON cannot carry as text)."""
        entry: dict[str, Any] = {"message": str(message)[:4_000]}
        if fields:
            entry["fields"] = fields
        text = _write(entry)
        if len(text) > LONGEST_ENTRY:
            text = _write(entry | {"fields": {"dropped": f"they were longer than {LONGEST_ENTRY} characters"}})
        self._sink(FeedKind.LOG, text)

    def write(self, text: str) -> None:
        """Add a chunk to the job's output, as it comes; whoever follows the job sees it within a moment.

        Chunks are joined, in their order and with that of log lines and progress. Some 260,000 characters are taken
        in a tenth of a second; of more the oldest are dropped, and the log says so. `print(..., file=context)` works.
        Raises `InvalidOption` for what is no text.
        """
        if not isinstance(text, str):
            raise InvalidOption(
                "text", f"write takes text, got {shown(text)}; write str(...) of it, or json.dumps(...)"
            )
        if text:
            self._sink(FeedKind.OUTPUT, text)


def _write(entry: dict[str, Any]) -> str:
    try:
        return json.dumps(entry, default=str, allow_nan=False)
    except ValueError:
        # NaN, infinity, or a circle: none has a JSON form, but what a task has to say must not end it.
        return json.dumps(entry | {"fields": {name: str(value) for name, value in entry["fields"].items()}})

"""Follows one job to its end: state, progress, log and output on stderr, the result on stdout."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from ferryman.cli.console import LINE, is_terminal, note, paint, pour
from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.views import STATE_STYLES, ago
from ferryman.cli.waiting import tell_if_stuck
from ferryman.domain.clock import parse_moment
from ferryman.domain.errors import JobNotFound
from ferryman.domain.job import Job
from ferryman.domain.outcome import Ending
from ferryman.domain.state import WAITING, State
from ferryman.following import Following
from ferryman.store.events import EventKind, JobEvent
from ferryman.store.protocol import Store
from ferryman.store.query import Include

_RESULT = frozenset({Include.RESULT})
#: A job that waits this long, in seconds, makes us look for a worker that could run it.
PATIENCE = 2.0
_BAR = 24


class Follower:
    """Shows one job until it has ended; may be begun again after the store was away, and shows nothing twice."""

    def __init__(self, job_id: str, *, quiet: bool = False) -> None:
        self.job_id = job_id
        self._quiet = quiet
        self._after: str | None = None
        self._screen = _Screen()
        self._warned = False

    async def __call__(self, store: Store) -> Job:
        """Return the job once it has ended, with its result; raises `JobNotFound` and `StoreUnavailable`."""
        following = Following(store, patient=False)
        beside = asyncio.create_task(self._tick(store), name="ferryman-tick")
        try:
            if self._quiet:
                return await following.finished(self.job_id)
            async for event in following.follow(self.job_id, self._after):
                self._after = event.id
                self._screen.show(event)
            [job] = await store.inspector.get([self.job_id], _RESULT)
            if job is None:
                raise JobNotFound(self.job_id)
            return job
        finally:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)
            await following.close()
            LINE.end_output()

    async def _tick(self, store: Store) -> None:
        """Have the seconds pass on the screen, and say so when the job will wait for ever."""
        while not self._quiet:
            await asyncio.sleep(0.5)
            self._screen.refresh()
            if self._screen.waits_for > PATIENCE and not self._warned:
                self._warned = await tell_if_stuck(store, self.job_id)


class _Screen:
    """What a person sees of a job."""

    def __init__(self) -> None:
        self._began = self._since = time.monotonic()
        self._state = State.PENDING
        self._detail = ""
        self._progress: str | None = None
        self._told = -1.0

    @property
    def waits_for(self) -> float:
        """How long the job has waited where it is, in seconds."""
        return time.monotonic() - self._since if self._state in WAITING else 0.0

    def show(self, event: JobEvent) -> None:
        """Show one event."""
        data = json.loads(event.data)
        if event.kind is EventKind.STATE:
            self._show_state(data, event.attempt)
        elif event.kind is EventKind.LOG:
            _show_line(event.at, data)
        elif event.kind is EventKind.OUTPUT:
            pour(data["text"])
        elif event.kind is EventKind.PROGRESS:
            self._show_progress(data["current"], data["total"], data["message"])
        elif event.kind is EventKind.GAP:
            note(paint(f"{data['missed']} entries made room before they were read", "yellow"))
        self.refresh()

    def refresh(self) -> None:
        """Write the status line anew."""
        passed = paint(f"{time.monotonic() - self._began:.0f} s", "dim")
        state = paint(self._state.value, STATE_STYLES[self._state])
        LINE.show(f"{state} {self._progress or self._detail.lstrip()}  {passed}")

    def _show_state(self, data: dict[str, Any], attempt: int) -> None:
        """Where nobody sees the status line being written over, say each new state in a line of its own."""
        self._state, self._detail, self._progress = State(data["state"]), detail(data, attempt), None
        self._since = time.monotonic()
        if not is_terminal(sys.stderr):
            note(f"{self._state.value}{self._detail}")

    def _show_progress(self, current: float, total: float | None, message: str) -> None:
        self._progress = _bar(current, total, message)
        share = current / total if total else 0.0
        # Where nobody sees a line being written over, tell every tenth.
        if not is_terminal(sys.stderr) and total and (share - self._told >= 0.1 or share >= 1):
            self._told = share
            note(f"progress {current:g}/{total:g} {message}".rstrip())


def _show_line(at: float, data: dict[str, Any]) -> None:
    clock = time.strftime("%H:%M:%S", time.localtime(at))
    fields = " ".join(f"{name}={value}" for name, value in data.get("fields", {}).items())
    note(f"{paint(clock, 'dim')} {data['message']} {paint(fields, 'dim') if fields else ''}".rstrip())


def detail(data: dict[str, Any], attempt: int) -> str:
    """Return what stands behind a state: until when the job waits, and how the attempt before ended."""
    if State(data["state"]) is State.PROCESSING:
        return f" attempt {attempt}" if attempt > 1 else ""
    if State(data["state"]) not in WAITING:
        return ""
    due = f" {ago(parse_moment(data['run_at']))}" if data["run_at"] else ""
    if data["ending"] is None:
        return due
    error = data["error"] if data["ending"] in (Ending.RETRIED, Ending.CRASHED) else None
    why = f": {error['type']}: {error['message'].partition(chr(10))[0]}" if error else ""
    return f"{due}, attempt {attempt} {data['ending']}{why}"


def _bar(current: float, total: float | None, message: str) -> str:
    if not total or total <= 0:
        return f"{current:g} {message}".rstrip()
    done = round(_BAR * min(max(current / total, 0.0), 1.0))
    return f"{'█' * done}{'░' * (_BAR - done)} {current:g}/{total:g} {message}".rstrip()


def conclude(job: Job) -> ExitCode:
    """Write the result of a job that has ended to stdout, or its error to stderr; return the exit code."""
    if job.state is State.COMPLETED:
        print(job.result or "null")
        return ExitCode.OK
    error = json.loads(job.error) if job.error else {}
    why = f"{error.get('type', job.state.value)}: {error.get('message', 'no error was recorded')}"
    if job.retries:
        why += f" (after {job.retries} {'retry' if job.retries == 1 else 'retries'})"
    word = "was cancelled" if job.state is State.CANCELLED else "failed"
    raise Failure(
        f"job {job.id} ({job.task}) {word}",
        why,
        f"See its attempts: ferryman jobs show {job.id}; run it again: ferryman jobs retry {job.id}",
        ExitCode.FAILED,
    )

"""Follows one job to its end: state, progress and log lines on stderr, the result on stdout."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from ferryman.cli.console import LINE, is_terminal, note, paint, pour
from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.views import STATE_STYLES, ago
from ferryman.cli.waiting import tell_if_stuck
from ferryman.domain.errors import JobNotFound
from ferryman.domain.job import Job
from ferryman.domain.state import WAITING, State
from ferryman.store.messages import FeedEntry, FeedKind
from ferryman.store.protocol import Store
from ferryman.store.query import Include
from ferryman.store.signals import FINISHED, job_signal

_RESULT = frozenset({Include.RESULT})
#: Signals can be missed, so look this often anyway, in seconds.
LOOK_AGAIN = 1.0
#: Other jobs that finish wake us too; on a busy store do not look more often than this, in seconds.
LOOK_AT_MOST = 0.05
#: A job that waits this long, in seconds, makes us look for a worker that could run it.
PATIENCE = 2.0
_BAR = 24


class Follower:
    """Shows one job until it has ended; may be begun again after the store was away, and shows nothing twice."""

    def __init__(self, job_id: str, *, quiet: bool = False) -> None:
        self.job_id = job_id
        self._quiet = quiet
        self._after = 0
        self._seen: tuple[State, int] | None = None
        self._progress: str | None = None
        self._began = time.monotonic()
        self._warned = False
        self._told = -1.0

    async def __call__(self, store: Store) -> Job:
        """Return the job once it has ended, with its result; raises `JobNotFound`."""
        try:
            while True:
                [job] = await store.inspector.get([self.job_id], _RESULT)
                if job is None:
                    raise JobNotFound(self.job_id)
                entries = await store.feed.read(self.job_id, self._after)
                if not self._quiet:
                    await self._show(store, job, entries)
                if job.final and not entries:
                    return job
                if not entries:
                    await asyncio.sleep(LOOK_AT_MOST)
                    await store.wait([job_signal(self.job_id), FINISHED], LOOK_AGAIN)
        finally:
            LINE.end_output()

    async def _show(self, store: Store, job: Job, entries: list[FeedEntry]) -> None:
        if not job.final:
            self._show_state(job)
        for entry in entries:
            self._after = entry.id
            self._show_entry(entry)
        if job.final and not entries:
            self._show_state(job)
        if job.state in WAITING and not self._warned and time.monotonic() - self._began > PATIENCE:
            self._warned = await tell_if_stuck(store, job.id)
        style = STATE_STYLES[job.state]
        passed = f"{time.monotonic() - self._began:.0f} s"
        LINE.show(f"{paint(job.state.value, style)} {self._progress or _detail(job).lstrip()}  {paint(passed, 'dim')}")

    def _show_state(self, job: Job) -> None:
        """Where nobody sees the status line being written over, say each new state in a line of its own."""
        if (job.state, job.attempt) == self._seen:
            return
        self._seen = (job.state, job.attempt)
        self._progress = None
        if not is_terminal(sys.stderr):
            note(f"{job.state.value}{_detail(job)}")

    def _show_entry(self, entry: FeedEntry) -> None:
        data = json.loads(entry.data)
        if entry.kind is FeedKind.LOG:
            clock = time.strftime("%H:%M:%S", time.localtime(entry.at))
            fields = " ".join(f"{name}={value}" for name, value in data.get("fields", {}).items())
            note(f"{paint(clock, 'dim')} {data['message']} {paint(fields, 'dim') if fields else ''}".rstrip())
            return
        if entry.kind is FeedKind.OUTPUT:
            pour(data["text"])
            return
        current, total, message = data["current"], data["total"], data["message"]
        self._progress = _bar(current, total, message)
        share = current / total if total else 0.0
        # Where nobody sees a line being written over, tell every tenth.
        if not is_terminal(sys.stderr) and total and (share - self._told >= 0.1 or share >= 1):
            self._told = share
            note(f"progress {current:g}/{total:g} {message}".rstrip())


def _detail(job: Job) -> str:
    if job.state is State.SCHEDULED:
        # `retries` counts the run that is waited for already; a snooze spends none.
        again = f", retry {job.retries} of {job.max_retries}" if job.retries else ""
        return f" {ago(job.run_at)}{again}"
    if job.state is State.PROCESSING and job.attempt > 1:
        return f" attempt {job.attempt}"
    return ""


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

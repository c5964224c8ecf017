"""Real `ferryman` processes of a test: started on free ports, waited for, and gone when the test ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2


class Running:
    """One process whose output goes to a file that the test reads."""

    def __init__(self, folder: Path, command: Sequence[str], environment: dict[str, str], number: int) -> None:
        self.log = folder / f".output-{number}.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Whoever started the tests in the background had this signal ignored, for us and all we start.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def text(self) -> str:
        """What it has said so far."""
        return self.log.read_text("utf-8", "replace")

    def says(self, words: str, within: float = 30) -> str:
        """Wait until it has said these words; return everything it said."""
        until(lambda: words in self.text or self.process.poll() is not None, f"it says {words!r}", within, self)
        assert words in self.text, f"it ended without saying {words!r}:\n{self.text}"
        return self.text

    def ends(self, within: float = 30) -> int:
        """Wait for its end and return its exit code; one that does not end says where it is, and what it said."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.tell(signal.SIGABRT)  # Python's fault handler writes down where every thread is
            self.process.wait()
            raise AssertionError(f"it runs on after {within:g} s:\n{self.text}") from None

    def tell(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)


class Processes:
    """What a test started; `close` ends what is left of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[Running] = []

    def start(self, *words: str, **environment: str) -> Running:
        """Start a ferryman command."""
        return self.spawn([sys.executable, "-m", "ferryman", *words], **environment)

    def spawn(self, command: Sequence[str], **environment: str) -> Running:
        """Start a program in the folder."""
        known = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1", "NO_COLOR": "1", **environment}
        running = Running(self.folder, command, known, len(self._running))
        self._running.append(running)
        return running

    def close(self) -> None:
        """Ask what still runs to end, and kill what does not."""
        for running in self._running:
            if running.process.poll() is None:
                running.tell(signal.SIGTERM)
        for running in self._running:
            try:
                running.process.wait(10)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                running.process.wait()


def until(condition: Callable[[], bool], what: str, within: float = 30, running: Running | None = None) -> None:
    """Wait until a condition holds; for other processes, which send this one no signal."""
    deadline = time.monotonic() + within
    pause = 0.01
    while not condition():
        said = f"\n{running.text}" if running else ""
        assert time.monotonic() < deadline, f"after {within:g} s it is still not so that {what}{said}"
        # A short look at the clock of another process, not a guess how long something takes.
        time.sleep(pause)  # noqa: TID251
        pause = min(0.1, pause * 1.5)


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started (Linux)."""
    tasks = Path(f"/proc/{pid}/task")
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in tasks.iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def answers(url: str) -> bool:
    """Whether a URL answers well."""
    try:
        return httpx2.get(url, timeout=2).status_code == 200
    except httpx2.HTTPError:
        return False


def complete(base: str, body: dict[str, object], within: float = 30) -> dict[str, object]:
    """Submit a job over HTTP and wait until it has ended; return its status."""
    answer = httpx2.post(f"{base}/submit-job", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    status: dict[str, object] = {}

    def ended() -> bool:
        status.update(httpx2.get(f"{base}/job-status/{answer.json()['job_id']}", timeout=10).json())
        return status["status"] in ("completed", "failed")

    until(ended, "the job has ended", within)
    return status

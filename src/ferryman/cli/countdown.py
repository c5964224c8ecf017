"""The countdown at the bottom of the terminal while a worker lets running jobs end."""

from __future__ import annotations

import threading
import time

from ferryman.cli.console import LINE
from ferryman.telemetry import log
from ferryman.telemetry.events import Event, WorkerStopped, WorkerStopping


class Countdown:
    """Hears the worker's events, passes them on to the log, and counts down between stopping and stopped."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def emit(self, event: Event) -> None:
        """Take one event; may be called from any thread."""
        LINE.clear()
        log.emit(event)
        if isinstance(event, WorkerStopping) and event.running:
            threading.Thread(target=self._count, args=(event.running, event.grace), daemon=True).start()
        elif isinstance(event, WorkerStopped):
            self._over.set()
            LINE.clear()

    def _count(self, running: int, grace: float) -> None:
        until = time.monotonic() + grace
        jobs = "1 job has" if running == 1 else f"{running} jobs have"
        while not self._over.wait(0.2):
            left = max(0.0, until - time.monotonic())
            LINE.show(f"Stopping: {jobs} {left:.0f} s to end. Ctrl-C again hands them back now.")
        LINE.clear()

"""Freezing processes of a store, which no process must notice but by their silence."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path


def freeze(pid: int) -> None:
    """Freeze a child process and all it started; returns once it has stopped, since a signal is only sent."""
    os.killpg(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)


def freeze_outside_of_a_write(pid: int, database: Path) -> None:
    """Freeze a process while it cannot be writing to an SQLite file: it would block all others (docs: not promised)."""
    held = sqlite3.connect(database, isolation_level=None, timeout=30)
    try:
        held.execute("BEGIN IMMEDIATE")
        freeze(pid)
        held.execute("ROLLBACK")
    finally:
        held.close()

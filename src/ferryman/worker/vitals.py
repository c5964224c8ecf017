"""What can be seen of this process from inside: its memory, and what its threads and tasks are doing."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import traceback
from pathlib import Path

_STATM = Path("/proc/self/statm")


def resident_memory() -> int | None:
    """Return the resident memory of this process in bytes, None where the system does not tell it so (not Linux)."""
    try:
        return int(_STATM.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def stack_of(thread: int) -> str:
    """Return the stack of a thread as text, innermost call last."""
    frame = sys._current_frames().get(thread)
    return "".join(traceback.format_stack(frame)) if frame is not None else ""


def all_stacks() -> str:
    """Return the stacks of every thread, and of every task of the running loop."""
    parts = [f"thread {thread.name}:\n{stack_of(thread.ident or 0)}" for thread in threading.enumerate()]
    for task in sorted(asyncio.all_tasks(), key=lambda task: task.get_name()):
        lines = [line for frame in task.get_stack() for line in traceback.format_stack(frame, limit=1)]
        parts.append(f"task {task.get_name()}:\n{''.join(lines)}")
    return "\n".join(parts)

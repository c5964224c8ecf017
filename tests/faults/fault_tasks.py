"""Tasks whose attempts leave a witness: a line per start and per end, in a file that no queue can rewrite."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time

from ferryman import Context, Ferryman

ferry = Ferryman()


def witness(line: str) -> None:
    """Add a line to the witness; one small write to a file opened for appending is atomic."""
    with open("witness.txt", "ab", buffering=0) as file:
        file.write(f"{line} {os.getpid()}\n".encode())


@ferry.task
async def hold(context: Context, name: str) -> str:
    """Start, wait until the file `name` exists, end."""
    witness(f"start {context.job_id}")
    while not os.path.exists(name):  # noqa: ASYNC110  # the test makes the file, in another process
        await asyncio.sleep(0.02)
    witness(f"end {context.job_id}")
    return str(os.getpid())


@ferry.task
async def quick(context: Context, number: int) -> int:
    """Leave a witness and return the number."""
    witness(f"start {context.job_id}")
    return number


def note(word: str, mark: str) -> None:
    """Add a line to the witness of marked attempts: what happened, the mark, this process, and when."""
    with open("marks.txt", "ab", buffering=0) as file:
        file.write(f"{word} {mark} {os.getpid()} {time.time():.6f}\n".encode())


def new_mark(context: Context) -> str:
    """Return what no other attempt has: its token, and chance."""
    return f"{context.token}/{os.urandom(4).hex()}"


@ferry.task
async def work(context: Context, seconds: float) -> str:
    """Leave a mark that is this attempt's alone, say something, take a while, and return the mark."""
    mark = new_mark(context)
    note("begin", mark)
    context.log("begun")
    if seconds:
        await asyncio.sleep(seconds)
    note("end", mark)
    return mark


@ferry.task
def toil(context: Context, seconds: float) -> str:
    """Do the same in a thread."""
    mark = new_mark(context)
    note("begin", mark)
    threading.Event().wait(seconds)
    note("end", mark)
    return mark


@ferry.task
async def deadly() -> None:
    """Take the worker down, the way a bug in a C extension does."""
    os._exit(9)


@ferry.task
async def cling(context: Context) -> None:
    """Swallow every cancellation."""
    witness(f"start {context.job_id}")
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(600)


@ferry.task
async def leave() -> None:
    """Ask the interpreter to end, the way a script does."""
    sys.exit(3)

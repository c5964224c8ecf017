"""Tasks whose attempts leave a witness: a line per start and per end, in a file that no queue can rewrite."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys

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

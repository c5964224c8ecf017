"""Tasks of the soak: each start and each end of an attempt is written down where no queue can rewrite it."""

from __future__ import annotations

import asyncio
import os
import threading
import time

from ferryman import Context, Ferryman, Retry
from tests.soak.witnesses import SPAN, line

ferry = Ferryman()
_FOLDER = os.environ.get("SOAK_WITNESSES", ".")


def _witness(what: str, number: int, context: Context) -> None:
    """Add a line to this process's file of the minute; one small write to a file opened for appending is atomic."""
    now = time.time()
    path = f"{_FOLDER}/{int(now // SPAN)}-{os.getpid()}"
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line(what, number, context.job_id, context.attempt, now))
    finally:
        os.close(file)


@ferry.task
async def quick(context: Context, n: int) -> int:
    """Return the number of the attempt."""
    _witness("start", n, context)
    _witness("end", n, context)
    return context.attempt


@ferry.task
async def nap(context: Context, n: int) -> int:
    """Rest a moment, and say so."""
    _witness("start", n, context)
    context.progress(1, 2, "resting")
    await asyncio.sleep(0.05)
    context.log("rested", n=n)
    _witness("end", n, context)
    return context.attempt


@ferry.task
def threaded(context: Context, n: int) -> int:
    """Rest a moment in a thread."""
    _witness("start", n, context)
    threading.Event().wait(0.02)
    _witness("end", n, context)
    return context.attempt


@ferry.task(retry=Retry(3, backoff="0.2s..1s"))
async def flaky(context: Context, n: int) -> int:
    """Raise unless an attempt before did."""
    _witness("start", n, context)
    if context.retry == 0:
        raise ValueError(f"job {n} fails once")
    _witness("end", n, context)
    return context.attempt


def task_of(number: int) -> str:
    """Return the name of the task of the job with a number: most are quick."""
    kind = number % 50
    if kind in (10, 35):
        return "nap"
    if kind in (20, 45):
        return "threaded"
    return "flaky" if kind == 30 else "quick"

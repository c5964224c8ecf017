"""Tasks for child processes, which find them here by name."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading

from ferryman import Context, Ferryman, Retry, Snooze

ferry = Ferryman("sqlite://")
AT_ONCE = Retry(3, backoff=0)


@ferry.task(process=True)
def double(number: int) -> int:
    """Return twice the number."""
    return number * 2


@ferry.task(process=True)
async def double_async(number: int) -> int:
    """The same, in a loop of the child's own."""
    await asyncio.sleep(0)
    return number * 2


@ferry.task(process=True)
def where() -> list[int]:
    """Return this process and its parent."""
    return [os.getpid(), os.getppid()]


@ferry.task(process=True, retry=AT_ONCE)
def fall(how: str) -> None:
    """End the process in one of several ways."""
    if how == "exit":
        os._exit(7)
    if how == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "sys.exit":
        sys.exit(3)
    if how == "snooze":
        raise Snooze(30)
    raise ValueError(how)


@ferry.task(process=True, retry=Retry(3).never(ValueError))
def picky() -> None:
    """Raise what is never retried."""
    raise ValueError("never")


@ferry.task(process=True, retry=AT_ONCE)
def stubborn(file: str) -> None:
    """Write who we are, start a process of our own, and never end, whatever we are told."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)
    other = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    with open(f"{file}.new", "w") as target:
        target.write(f"{os.getpid()} {other.pid}")
    os.rename(f"{file}.new", file)
    while True:
        threading.Event().wait(60)


@ferry.task(process=True)
def talk(context: Context) -> str:
    """Report, print, and say who we are."""
    context.progress(1, 2, "half")
    context.log("hello", number=7)
    context.write("good")
    context.write("bye\ud800")
    print("what a task prints must not get between the frames")  # noqa: T201  # that is the point
    return f"{context.job_id} {context.attempt}"


@ferry.task(process=True)
def until_told(context: Context) -> str:
    """Wait for the stop sign, then return as if all were well."""
    context.progress(0)
    while not context.cancelled:
        threading.Event().wait(0.01)
    return "gave up"


@ferry.task(process=True)
def big(size: int) -> str:
    """Return a long text."""
    return "x" * size

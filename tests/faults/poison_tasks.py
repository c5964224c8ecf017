"""Tasks that do the worst a task can do, beside a good one."""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import threading
from typing import Any

from ferryman import Context, Ferryman, Retry
from tests.faults.fault_tasks import witness

ferry = Ferryman()
#: What fails is tried once more, at once.
ONCE_MORE = Retry(1, backoff=0)


@ferry.task
async def good(context: Context, number: int) -> int:
    """Do some honest work: whoever dies in the meantime takes it along."""
    witness(f"start {context.job_id}")
    await asyncio.sleep(0.02)
    return number


def _segfault() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.string_at(0)


@ferry.task(process=True, retry=ONCE_MORE)
def child_segfault() -> None:
    """Read where nothing is, in a process of its own."""
    _segfault()


@ferry.task(process=True, retry=ONCE_MORE)
def child_exit() -> None:
    """End the process that runs us without a word."""
    os._exit(9)


@ferry.task(process=True, retry=ONCE_MORE)
def child_memory() -> int:
    """Ask for more memory than the process may have."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    return len(bytes(4 << 30))


@ferry.task(process=True, retry=ONCE_MORE, timeout=0.3)
def child_loop() -> None:
    """Never end, and never look up."""
    while True:
        pass


@ferry.task(retry=ONCE_MORE, timeout=0.3)
async def endless() -> None:
    """Never end, but let others have their turn."""
    while True:  # noqa: ASYNC110  # nothing ever makes it true
        await asyncio.sleep(0)


@ferry.task(retry=ONCE_MORE)
async def unserialisable() -> Any:
    """Return what JSON cannot carry."""
    return threading.Lock()


@ferry.task(retry=ONCE_MORE)
async def half_character() -> str:
    """Return text that UTF-8 cannot carry."""
    return "\ud800"


@ferry.task
async def not_a_number() -> list[float]:
    """Return a number that JSON does not have."""
    return [1.0, float("nan")]


@ferry.task
async def huge(size: int) -> str:
    """Return a long text."""
    return "x" * size


class SilentError(Exception):
    """Cannot be shown."""

    def __str__(self) -> str:
        raise SystemExit("no")


@ferry.task(retry=ONCE_MORE)
async def unspeakable() -> None:
    """Fail with an error that fails when one looks at it."""
    raise SilentError


async def _deeper() -> int:
    return await _deeper() + 1


@ferry.task(retry=ONCE_MORE)
async def bottomless() -> int:
    """Call itself for ever."""
    return await _deeper()


@ferry.task(crashes=2)
async def segfault() -> None:
    """Read where nothing is, and take the worker along."""
    _segfault()


@ferry.task(crashes=2)
async def deadly() -> None:
    """End the worker without a word."""
    os._exit(9)


@ferry.task
async def block(context: Context, seconds: float) -> int:
    """Keep the worker's loop from all else."""
    witness(f"start {context.job_id}")
    threading.Event().wait(seconds)
    return context.attempt

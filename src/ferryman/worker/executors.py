"""Where a task's code runs: async in the loop, sync in threads, `process=True` in child processes.

Each returns the value or raises what the task raised, and tells the attempt how the call can be interrupted.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

from ferryman.worker.attempts import Attempt
from ferryman.worker.threads import Threads


def current_interrupt() -> Callable[[], object]:
    """Return what interrupts the running asyncio task."""
    task = asyncio.current_task()
    assert task is not None
    return task.cancel


async def call_in_thread(threads: Threads, attempt: Attempt, function: Callable[..., Any], arguments: Any) -> Any:
    """Call a sync task in a thread. It cannot be interrupted; what it looks at is `Context.cancelled`.

    A sync function that returns a coroutine (a decorated async one) has it awaited here, in the loop.
    """
    value, error = await threads.run(partial(function, **arguments), copy_context())
    if error is not None:
        try:
            raise error
        finally:
            del error  # the frame must not keep its own exception alive
    if inspect.iscoroutine(value):
        attempt.interrupt = current_interrupt()
        if attempt.reason is not None:
            attempt.interrupt()
        return await value
    return value

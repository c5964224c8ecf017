"""The tasks that are measured: they do nothing, so that what remains is the queue."""

import time

from ferryman import Ferryman

# A Redis that is measured without its append-only file is what peers are measured on.
ferry = Ferryman(concurrency=100, allow_volatile=True)


@ferry.task
async def noop() -> None:
    """Do nothing."""


@ferry.task
async def say_when() -> float:
    """Return the moment of the start, in seconds since the epoch."""
    return time.time()

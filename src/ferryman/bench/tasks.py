"""The tasks that are measured: they do nothing, so that what remains is the queue."""

from __future__ import annotations

import time

from ferryman.app import Ferryman

#: What worker processes load.
APP = "ferryman.bench.tasks:ferry"
#: Short names, as most have: a store keeps them with each job.
QUEUE = "bench"

# A store that keeps nothing when it stops is measured as well; whoever shows the figures says so.
ferry = Ferryman(allow_volatile=True)


@ferry.task(name="bench.noop", queue=QUEUE)
async def noop() -> None:
    """Do nothing."""


@ferry.task(name="bench.say_when", queue=QUEUE)
async def say_when() -> float:
    """Return the moment of the start, in seconds since the epoch."""
    return time.time()

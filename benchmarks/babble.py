"""A task that says as much as is kept, and then runs on: what streams have to carry."""

from __future__ import annotations

import asyncio

from ferryman import Context
from ferryman.bench.tasks import QUEUE, ferry

APP = "benchmarks.babble:ferry"
#: More than a feed keeps, in characters.
ENOUGH = 1_200_000
CHUNK = 12_000

__all__ = ["APP", "babble", "ferry"]


@ferry.task(name="bench.babble", queue=QUEUE)
async def babble(context: Context) -> None:
    """Fill the feed, and say a word a second from then on."""
    for _ in range(ENOUGH // CHUNK):
        context.write("x" * CHUNK)
        await asyncio.sleep(0.01)
    while True:
        context.write("and so on ")
        await asyncio.sleep(1)

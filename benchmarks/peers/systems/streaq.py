"""streaQ: scripts and streams, at least once, results kept for five minutes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

from streaq import Worker

from benchmarks.peers.systems import interface
from benchmarks.peers.systems.interface import SLOTS, URL, Call, System

CHUNK = 500

worker = Worker(redis_url=URL, concurrency=SLOTS, prefetch=SLOTS, anyio_kwargs={"use_uvloop": True})


@worker.task(silent=True)
async def noop(number: int) -> None:
    """Do nothing but count."""
    interface.noop(number)


@worker.task(silent=True)
async def echo(number: int, text: str) -> str:
    """Count, and return the argument."""
    return interface.echo(number, text)


TASKS = {"noop": noop, "echo": echo}


class Streaq(System):
    """Many are submitted in one pipeline."""

    async def open(self) -> None:
        self.stack = AsyncExitStack()
        await self.stack.enter_async_context(worker)

    async def submit(self, task: str, call: Call) -> None:
        await TASKS[task].enqueue(*call)

    async def submit_many(self, task: str, calls: Sequence[Call]) -> None:
        describe = TASKS[task].enqueue
        for first in range(0, len(calls), CHUNK):
            await worker.enqueue_many([describe(*call) for call in calls[first : first + CHUNK]])

    async def close(self) -> None:
        await self.stack.aclose()

    def work(self, processes: int) -> None:
        worker.run_sync()


system = Streaq()

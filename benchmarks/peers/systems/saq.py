"""SAQ: one script per submit, at least once, results kept for ten minutes."""

from __future__ import annotations

from typing import Any

import uvloop
from saq import Queue, Worker

from benchmarks.peers.systems.interface import SLOTS, URL, Call, System
from benchmarks.peers.systems.marks import started

queue = Queue.from_url(URL)


async def noop(ctx: Any, *, number: int) -> None:
    """Do nothing but count."""
    started(number)


async def echo(ctx: Any, *, number: int, text: str) -> str:
    """Count, and return the argument."""
    started(number)
    return text


class Saq(System):
    """Its way to submit many waits for their ends, so single submits in flight stand for it."""

    async def open(self) -> None:
        await queue.connect()

    async def submit(self, task: str, call: Call) -> None:
        await queue.enqueue(task, **dict(zip(("number", "text"), call, strict=False)))

    async def close(self) -> None:
        await queue.disconnect()

    def work(self, processes: int) -> None:
        async def main() -> None:
            await Worker(queue, functions=[noop, echo], concurrency=SLOTS).start()

        uvloop.run(main())


system = Saq()

"""pydocket: streams, at least once, states kept for fifteen minutes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from urllib.parse import urlencode

import uvloop
from docket import Docket, Worker

from benchmarks.peers.systems import interface
from benchmarks.peers.systems.interface import SLOTS, URL, Call, System

# The pool that it has by itself is too small for a hundred jobs at a time.
docket = Docket("bench", f"{URL}?{urlencode({'max_connections': 500})}")
# By itself it looks for jobs four times a second.
LOOK = timedelta(milliseconds=10)


async def noop(number: int) -> None:
    """Do nothing but count."""
    interface.noop(number)


async def echo(number: int, text: str) -> str:
    """Count, and return the argument."""
    return interface.echo(number, text)


TASKS = {"noop": noop, "echo": echo}


class DocketSystem(System):
    """Many are submitted in pipelines of a thousand."""

    async def open(self) -> None:
        self.stack = AsyncExitStack()
        await self.stack.enter_async_context(docket)
        for task in TASKS.values():
            docket.register(task)

    async def submit(self, task: str, call: Call) -> None:
        await docket.add(TASKS[task])(*call)

    async def submit_many(self, task: str, calls: Sequence[Call]) -> None:
        await docket.add_many([docket.call(TASKS[task])(*call) for call in calls])

    async def close(self) -> None:
        await self.stack.aclose()

    def work(self, processes: int) -> None:
        async def main() -> None:
            await self.open()
            async with Worker(docket, concurrency=SLOTS, minimum_check_interval=LOOK) as worker:
                await worker.run_forever()

        uvloop.run(main())


system = DocketSystem()

"""arq: a watched transaction per submit, polling, at least once, results kept for an hour."""

from __future__ import annotations

from typing import Any

import uvloop
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, func

from benchmarks.peers.systems.interface import SLOTS, URL, VARIANT, Call, System
from benchmarks.peers.systems.marks import started

SETTINGS = RedisSettings.from_dsn(URL)


async def noop(ctx: Any, number: int) -> None:
    """Do nothing but count."""
    started(number)


async def echo(ctx: Any, number: int, text: str) -> str:
    """Count, and return the argument."""
    started(number)
    return text


class Arq(System):
    """It has no way to submit many. VARIANT is how often it looks for jobs, in seconds."""

    pool: ArqRedis

    async def open(self) -> None:
        self.pool = await create_pool(SETTINGS)

    async def submit(self, task: str, call: Call) -> None:
        await self.pool.enqueue_job(task, *call)

    async def close(self) -> None:
        await self.pool.aclose()

    def work(self, processes: int) -> None:
        async def main() -> None:
            tasks = [func(noop, name="noop"), func(echo, name="echo")]
            worker = Worker(tasks, redis_settings=SETTINGS, max_jobs=SLOTS, poll_delay=float(VARIANT))
            await worker.async_run()

        uvloop.run(main())


system = Arq()

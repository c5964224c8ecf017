"""taskiq with taskiq-redis: a list (at most once) or a stream (at least once), results kept."""

from __future__ import annotations

import os
import sys

from taskiq import AsyncBroker
from taskiq_redis import ListQueueBroker, RedisAsyncResultBackend, RedisStreamBroker

from benchmarks.peers.systems import interface
from benchmarks.peers.systems.interface import SLOTS, URL, VARIANT, Call, System

# With the timeout that redis-py now has, a list's worker process dies and is restarted while it waits for a job.
broker: AsyncBroker
if VARIANT == "stream":
    broker = RedisStreamBroker(URL, socket_timeout=None)
else:
    broker = ListQueueBroker(URL, socket_timeout=None)
broker = broker.with_result_backend(RedisAsyncResultBackend(URL, socket_timeout=None))


@broker.task(task_name="noop")
async def noop(number: int) -> None:
    """Do nothing but count."""
    interface.noop(number)


@broker.task(task_name="echo")
async def echo(number: int, text: str) -> str:
    """Count, and return the argument."""
    return interface.echo(number, text)


TASKS = {"noop": noop, "echo": echo}


class Taskiq(System):
    """It has no way to submit many."""

    async def open(self) -> None:
        await broker.startup()

    async def submit(self, task: str, call: Call) -> None:
        await TASKS[task].kiq(*call)

    async def close(self) -> None:
        await broker.shutdown()

    def work(self, processes: int) -> None:
        options = ["--workers", "1", "--max-async-tasks", str(SLOTS), "--max-prefetch", str(SLOTS)]
        program = [sys.executable, "-m", "taskiq", "worker", f"{__name__}:broker", "--log-level", "WARNING"]
        os.execv(sys.executable, [*program, *options])


system = Taskiq()

"""What is measured: ways to submit jobs, and a worker that runs them. The task does nothing: only the queue costs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from ferryman.app import Ferryman
from ferryman.domain.retention import Retention
from ferryman.ports import SYSTEM, Ports
from ferryman.runtime import run_worker
from ferryman.store.protocol import Store
from ferryman.stores.sqlite.store import SqliteStore
from ferryman.telemetry.events import Event

#: Callers that submit at the same time, and slots of the worker.
TOGETHER = 100
#: No threads: what happens between threads depends on the machine. Time is real.
ALONE = Ports(threads=False)
#: So long that nobody renews a lease or recovers a job meanwhile, however slow the machine is.
LEASE = "1h"

Submit = Callable[[Ferryman, int], Awaitable[None]]
#: Does so many jobs and returns what that took, by name.
Spend = Callable[[int], Awaitable[dict[str, float]]]


async def each(spend: Spend, count: int) -> dict[str, float]:
    """Return what each job takes: the difference between two sizes leaves out what a start takes."""
    once, twice = await spend(count), await spend(2 * count)
    return {name: (more - once.get(name, 0.0)) / count for name, more in twice.items()}


def app(url: str) -> Ferryman:
    """Return an app with a task, for a store; SQLite gets no thread of its own."""
    ferry = _Threadless(url) if url.startswith("sqlite") else Ferryman(url, allow_volatile=True, lease=LEASE)

    @ferry.task(name="budget.noop", queue="budget")
    async def noop(number: int) -> int:
        return number

    return ferry


class _Threadless(Ferryman):
    """Its writer works in the event loop, so that who shares a transaction with whom is always the same."""

    def __init__(self, url: str) -> None:
        super().__init__(url, lease=LEASE)
        self._path = Path(url.removeprefix("sqlite:///"))

    def make_store(self) -> Store:
        return SqliteStore(self._path, Retention(), durability="off", clock=SYSTEM.clock, ports=ALONE)


async def one_by_one(ferry: Ferryman, count: int) -> None:
    """One caller, who awaits each submit."""
    noop = ferry.tasks["budget.noop"]
    for number in range(count):
        await noop.submit(number)


async def together(ferry: Ferryman, count: int) -> None:
    """A hundred callers that submit at the same time, again and again."""
    noop = ferry.tasks["budget.noop"]
    for _ in range(count // TOGETHER):
        await asyncio.gather(*[noop.submit(number) for number in range(TOGETHER)])


async def bulk(ferry: Ferryman, count: int) -> None:
    """One call with all jobs."""
    noop = ferry.tasks["budget.noop"]
    await ferry.submit([noop.job(number) for number in range(count)])


async def drain(ferry: Ferryman) -> None:
    """A worker that ends when nothing is left."""
    await run_worker(ferry, concurrency=TOGETHER, burst=True, emit=silent, ports=ALONE)


def silent(event: Event) -> None:
    """Say nothing: a line in a log is not what is measured."""

"""A place to work in: a worker on a store in memory, in virtual time, with everything it tells."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.retry import Retry
from ferryman.domain.task import Task, define_task
from ferryman.ports import Ports
from ferryman.service import Surroundings
from ferryman.telemetry.events import Event
from ferryman.worker.context import Context
from ferryman.worker.plan import Plan
from ferryman.worker.worker import Worker
from tests.unit.fakes.memory_store import MemoryStore, Row
from tests.unit.fakes.virtual_time import now

E = TypeVar("E", bound=Event)

LEASE = 15.0
#: Retries right away, whatever the dice say.
AT_ONCE = Retry(3, backoff=0)


def ports(threads: bool = False) -> Ports:
    """Return time from the running loop and dice that always say one half."""
    numbers = itertools.count(1)
    return Ports(clock=now, monotonic=now, dice=lambda: 0.5, bits=lambda _: next(numbers), threads=threads)


class Place:
    """What a test works with: `store`, `worker`, `events`."""

    def __init__(self, *tasks: Task, store: MemoryStore | None = None, threads: bool = False, **plan: Any) -> None:
        self.store = store or MemoryStore()
        self.events: list[Event] = []
        self.around = Surroundings.of(self.events.append, ports(threads))
        self.tasks = {task.name: task for task in tasks}
        self.plan = Plan(**({"worker": "w", "queues": ("default",), "tasks": tuple(self.tasks)} | plan))
        self.worker = Worker(self.store, lambda: self.store, self.tasks, self.plan, self.around)
        self.running: asyncio.Task[None] | None = None

    def told(self, kind: type[E]) -> list[E]:
        """Return the events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, condition: Callable[[], object]) -> None:
        """Let time pass in small steps until the condition holds."""
        for _ in range(100_000):
            if condition():
                return
            await asyncio.sleep(0.001)
        raise AssertionError("it never came true")

    async def ended(self, row: Row) -> Outcome:
        """Return the next outcome that the store took for a job."""
        before = len(row.outcomes)
        await self.until(lambda: len(row.outcomes) > before)
        return row.outcomes[before]

    async def outcome(self, task: str = "work", args: str = "{}", **said: Any) -> Outcome:
        """Submit a job and return the outcome of its first attempt."""
        return await self.ended(self.store.put(task, args, **said))

    async def stopped(self) -> None:
        """Wait for the worker's end."""
        assert self.running is not None
        await self.running


@asynccontextmanager
async def working(*tasks: Task, **plan: Any) -> AsyncIterator[Place]:
    """Run a worker on these tasks while the body runs, then stop it."""
    place = Place(*tasks, **plan)
    place.running = asyncio.create_task(place.worker.run())
    await asyncio.sleep(0)
    try:
        yield place
    finally:
        place.worker.stop()
        place.worker.stop()
        await place.running


def task(function: Callable[..., Any], **options: Any) -> Task:
    """Define a task named "work" unless told otherwise."""
    return define_task(function, Context, **({"name": "work"} | options))


def error_of(outcome: Outcome) -> dict[str, str]:
    """Return the error that an outcome tells."""
    assert outcome.error is not None
    error: dict[str, str] = json.loads(outcome.error)
    return error


def endings(row: Row) -> list[Ending]:
    """Return how the attempts of a job ended."""
    return [outcome.ending for outcome in row.outcomes]

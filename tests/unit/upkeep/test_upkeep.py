"""Upkeep goes round, and the lookout tells of jobs that nobody will run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ferryman.ports import Ports
from ferryman.service import Service, Surroundings
from ferryman.store.messages import WorkerInfo
from ferryman.telemetry.events import Event, TasksUnknown
from ferryman.upkeep.lookout import Lookout
from ferryman.upkeep.upkeep import Upkeep
from tests.unit.fakes.memory_store import MemoryStore
from tests.unit.fakes.virtual_time import now, virtual_time


@asynccontextmanager
async def serving(make: Callable[[Surroundings], Service]) -> AsyncIterator[list[Event]]:
    events: list[Event] = []
    service = make(Surroundings.of(events.append, Ports(clock=now, monotonic=now, dice=lambda: 0.5)))
    service.start()
    yield events
    await service.stop()


@virtual_time
async def test_upkeep_comes_every_five_seconds_when_something_is_due_and_at_once_when_there_is_more() -> None:
    store = MemoryStore()
    async with serving(lambda around: Upkeep(store, around).service):
        await asyncio.sleep(0.5)
        assert store.upkeeps == 1
        await asyncio.sleep(15)
        assert store.upkeeps == 4
        store.more_upkeep = 6
        await asyncio.sleep(5)
        assert store.upkeeps == 10
        store.next_due = 0.7
        await asyncio.sleep(5)
        assert store.upkeeps == 11
        await asyncio.sleep(1)
        assert store.upkeeps == 12


@virtual_time
async def test_jobs_of_a_task_that_nobody_knows_are_told_once() -> None:
    store = MemoryStore()
    for _ in range(3):
        store.put("gone", queue="mail")
    store.put("work", queue="mail")
    store.put("gone", queue="of others")
    async with serving(lambda around: Lookout(store.inspector, ["mail"], ["work"], around).service) as events:
        await asyncio.sleep(100)
    assert events == [TasksUnknown("gone", ("mail",), 3)]


@virtual_time
async def test_a_task_that_another_living_worker_knows_is_not_told() -> None:
    store = MemoryStore()
    store.put("theirs")
    store.announced["b"] = WorkerInfo("b", "here", 1, "1", (), ("theirs",), 1)
    async with serving(lambda around: Lookout(store.inspector, [], ["work"], around).service) as events:
        await asyncio.sleep(100)
        assert events == []
        del store.announced["b"]
        await asyncio.sleep(11)
    assert events == [TasksUnknown("theirs", ("default",), 1)]

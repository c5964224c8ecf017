"""Lists and look-ups among a million jobs: what a person who looks for something waits for."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.filling import Mixture, fill
from benchmarks.measures import Figures
from benchmarks.stores import fresh_store
from ferryman.bench.measures import percentile
from ferryman.bench.tasks import ferry
from ferryman.domain.job import Job
from ferryman.domain.state import State
from ferryman.ports import SYSTEM
from ferryman.store.protocol import Store
from ferryman.store.query import JobFilter, PageRequest
from ferryman.store.why import why

_Ask = Callable[[], Awaitable[Any]]

#: How figures end that have a goal, and what it is.
WORST, GOAL = ", p99 of a hundred, ms", 100
#: How often each question is asked.
TIMES = 100


async def lists(count: int = 1_000_000, lanes: int = 1_000) -> Figures:
    """Ask each question many times, of a store that is full."""
    async with fresh_store():
        store = (await ferry.connections.here()).store
        mixture = Mixture.of(lanes)
        await fill(store, count, mixture)
        return await measure(store, mixture)


async def measure(store: Store, mixture: Mixture) -> Figures:
    """Return the median and the worst hundredth of each question, in ms."""
    figures: Figures = {}
    for name, ask in (await questions(store, mixture)).items():
        times = []
        for _ in range(TIMES):
            begun = time.perf_counter()
            await ask()
            times.append(time.perf_counter() - begun)
        times.sort()
        figures[f"{name}, p50, ms"] = percentile(times, 50) * 1_000
        figures[f"{name}{WORST}"] = percentile(times, 99) * 1_000
    return figures


async def questions(store: Store, mixture: Mixture) -> dict[str, _Ask]:
    """Return what is asked, by name."""
    inspector = store.inspector
    pending = await _one(store, JobFilter((State.PENDING,)))
    rare = (await inspector.find(JobFilter(tags=("rare",)), PageRequest(1, None, oldest_first=True))).jobs[0]
    filters = filters_of(mixture, pending)
    middle = (await inspector.find(JobFilter(before=rare.submitted_at), PageRequest())).cursor

    def listing(where: JobFilter, cursor: str | None = None) -> _Ask:
        return lambda: inspector.find(where, PageRequest(50, cursor))

    def counting(where: JobFilter) -> _Ask:
        return lambda: inspector.count(where)

    asked = {f"list: {name}": listing(where) for name, where in filters.items()}
    asked |= {f"list from the middle: {name}": listing(filters[name], middle) for name in ("all", "failed", "a tag")}
    asked |= {f"count: {name}": counting(where) for name, where in filters.items()}
    return asked | {
        "jobs ahead": lambda: inspector.ahead(pending.id),
        "why": lambda: why(inspector, pending.id, SYSTEM.clock()),
        "get": lambda: inspector.get([pending.id]),
        "counts": inspector.counts,
        "queues": inspector.queues,
    }


def filters_of(mixture: Mixture, pending: Job) -> dict[str, JobFilter]:
    """Return what is looked for, by name, of a store that has a pending job and was filled with a mixture."""
    return {name: JobFilter(**said) for name, said in _said(mixture, pending).items()}


def _said(mixture: Mixture, pending: Job) -> dict[str, dict[str, Any]]:
    queue, task = mixture.queues[-1], mixture.tasks[0]
    digits = pending.id.replace("-", "")
    return {
        "all": {},
        "failed": {"states": (State.FAILED,)},
        "failed of a task": {"states": (State.FAILED,), "tasks": (task,)},
        "a queue": {"queues": (queue,)},
        "all states of all lanes": {"states": tuple(State)},
        "nothing of that name": {"queues": ("none",)},
        "failed lately": {"states": (State.FAILED,), "after": pending.submitted_at - 5},
        "before all": {"before": 1.0},
        "a tag": {"tags": ("half",)},
        "a rare tag": {"tags": ("rare",)},
        "a tag in a queue": {"tags": ("half",), "queues": (queue,)},
        "a tag in no queue": {"tags": ("half",), "queues": ("none",)},
        "a tag and one that is nowhere": {"tags": ("half", "nowhere")},
        "an error that many have": {"error": "berror"},
        "an error that nobody has": {"error": "out of this world"},
        "an error of no letters": {"error": "\u00e9/\u00e9"},
        "a worker": {"workers": ("filler",)},
        "a worker that runs nothing": {"workers": ("nobody",)},
        "an id": {"ids": (digits,)},
        "the first 10 digits of an id": {"ids": (digits[:10],)},
        "the first 13 digits of an id": {"ids": (digits[:13],)},
        "a key": {"tasks": tuple(mixture.tasks), "keys": ("key-5000", "none")},
    }


async def _one(store: Store, where: JobFilter) -> Job:
    """Return the newest of some jobs."""
    return (await store.inspector.find(where, PageRequest(1))).jobs[0]

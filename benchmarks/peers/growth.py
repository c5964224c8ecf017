"""What Ferryman's own calls cost among few and among many waiting jobs."""

from __future__ import annotations

import logging
import secrets
import statistics
import time
from collections.abc import Awaitable, Callable

from ferryman import Ferryman, State
from ferryman.domain.outcome import Outcome
from ferryman.store.messages import Turn
from ferryman.store.protocol import Store
from ferryman.store.query import JobFilter, PageRequest

FEW, MANY = 1_000, 1_000_000
TIMES = 50
TURN = 100

Costs = dict[str, float]


async def growth(url: str, many: int = MANY) -> Costs:
    """Return what each call costs among many, as a multiple of what it costs among few."""
    # It says that this Redis keeps nothing, which is known here.
    logging.getLogger("ferryman").setLevel(logging.ERROR)
    ferry = Ferryman(url, allow_volatile=True)

    @ferry.task
    async def wait() -> None:
        """Never run."""

    async def fill(count: int) -> None:
        await ferry.submit([wait.job() for _ in range(count)])

    try:
        await fill(FEW)
        store = (await ferry.connections.here()).store
        known = (await store.inspector.find(JobFilter(), PageRequest())).jobs[0].id
        await _costs(store, known, fill)  # until caches and tables have grown to their size
        few = await _costs(store, known, fill)
        for _ in range(many // 50_000):
            await fill(50_000)
        await _costs(store, known, fill)
        costs = await _costs(store, known, fill)
    finally:
        await ferry.close()
    ratios = {f"growth_{name}": costs[name] / few[name] for name in few}
    return {**ratios, "growth": max(ratios.values())}


async def _costs(store: Store, known: str, fill: Callable[[int], Awaitable[None]]) -> Costs:
    """Return the median times of a turn (finish 100, claim 100), a look-up and a list, in seconds."""
    outcomes: list[Outcome] = []
    times: dict[str, list[float]] = {"turn": [], "look_up": [], "list": []}
    for _ in range(TIMES):
        begin = time.perf_counter()
        reply = await store.turn(Turn("bench", secrets.randbits(63), (), ("wait",), outcomes, TURN))
        times["turn"].append(time.perf_counter() - begin)
        outcomes = [Outcome.completed(job.lease, "null") for job in reply.claimed]
        begin = time.perf_counter()
        await store.inspector.get([known])
        times["look_up"].append(time.perf_counter() - begin)
        begin = time.perf_counter()
        await store.inspector.find(JobFilter(states=(State.PENDING,)), PageRequest())
        times["list"].append(time.perf_counter() - begin)
        await fill(TURN)
    await store.turn(Turn("bench", secrets.randbits(63), (), ("wait",), outcomes, 0))
    return {name: statistics.median(found) for name, found in times.items()}

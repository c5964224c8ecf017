"""The measurements themselves, each on a store that is empty or holds only jobs of this package."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from ferryman.bench.budget import Budget
from ferryman.bench.processes import Workers
from ferryman.bench.tasks import QUEUE, ferry, noop, say_when
from ferryman.domain.job import NewJob
from ferryman.domain.state import State
from ferryman.store.protocol import Store
from ferryman.store.query import Include

#: How often the store is asked how far a drain is, in seconds.
_LOOK = 0.05
#: A drain without an end of any job for so long, in seconds, is stuck.
_STUCK = 60.0
#: Jobs in one call of a bulk submit, and in one of a look at results.
_PIECE, _PAGE = 5_000, 200


class Stuck(Exception):
    """Jobs were submitted and no worker ends them."""


@dataclass(slots=True)
class Timed:
    """Jobs, the seconds they took, and the processor seconds that this process or the workers spent on them."""

    jobs: int = 0
    seconds: float = 0.0
    cpu: float | None = None

    @property
    def rate(self) -> float:
        """Jobs per second."""
        return self.jobs / self.seconds

    @property
    def cpu_each(self) -> float | None:
        """Processor seconds per job."""
        return None if self.cpu is None or not self.jobs else self.cpu / self.jobs


@contextmanager
def _timed(budget: Budget) -> Iterator[Timed]:
    """Time the body, and take the jobs from the budget."""
    timed = Timed()
    budget.begin()
    cpu = time.process_time()
    yield timed
    timed.seconds, timed.cpu = budget.elapsed, time.process_time() - cpu
    timed.jobs = budget.done


async def sequential(budget: Budget) -> Timed:
    """One caller that awaits one submit after the other."""
    with _timed(budget) as timed:
        while not budget.over:
            await noop.submit()
            budget.done += 1
    return timed


async def concurrent(budget: Budget, callers: int = 100) -> Timed:
    """Many callers that each await one submit after the other."""

    async def caller() -> None:
        while not budget.over:
            await noop.submit()
            budget.done += 1

    with _timed(budget) as timed:
        async with _together() as group:
            for _ in range(callers):
                group.create_task(caller())
    return timed


@asynccontextmanager
async def _together() -> AsyncIterator[asyncio.TaskGroup]:
    """A group of tasks whose first error is the error."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as several:
        raise several.exceptions[0] from several


async def bulk(budget: Budget) -> Timed:
    """Many jobs in one call, describing them included."""
    with _timed(budget) as timed:
        while not budget.over:
            piece = min(_PIECE, budget.jobs - budget.done)
            await ferry.submit([noop.job() for _ in range(piece)])
            budget.done += piece
    return timed


async def completed() -> int:
    """Return how many jobs are completed."""
    store = await _store()
    return sum(count.jobs for count in await store.inspector.counts() if count.state is State.COMPLETED)


async def hold() -> None:
    """Have workers leave the jobs alone until `drain`: for those that are started before it."""
    await (await _store()).inspector.pause(QUEUE, True, by="ferryman bench")


async def drain(workers: Workers, budget: Budget) -> Timed:
    """Workers that find a full queue: from the moment that they may begin to the last job's end."""
    store = await _store()
    await hold()
    await alive(workers)
    before, cpu = await completed(), workers.cpu()
    await store.inspector.pause(QUEUE, False)
    budget.begin()
    await ended(before + budget.jobs, workers, lambda done: setattr(budget, "done", done - before))
    seconds, spent = budget.elapsed, workers.cpu()
    budget.done = budget.jobs
    return Timed(budget.jobs, seconds, None if spent is None or cpu is None else spent - cpu)


async def alive(workers: Workers) -> None:
    """Wait until every one of the workers has announced itself."""
    store, wanted = await _store(), {one.pid for one in workers.running}
    while wanted - {row.info.pid for row in await store.inspector.workers() if row.alive}:
        workers.check()
        await asyncio.sleep(_LOOK)


async def ended(jobs: int, workers: Workers, tell: Callable[[int], None] = lambda done: None) -> None:
    """Wait until so many jobs are completed, and tell how many are; raises `Stuck` and `ProcessFell`."""
    done, moved = -1, time.monotonic()
    while (seen := await completed()) < jobs:
        workers.check()
        if seen > done:
            done, moved = seen, time.monotonic()
            tell(done)
        elif time.monotonic() - moved > _STUCK:
            raise Stuck(f"{jobs - done:,} jobs wait, and none has ended for {_STUCK:g} s")
        await asyncio.sleep(_LOOK)


async def latencies(workers: Workers, budget: Budget, per_second: float = 100.0) -> list[float]:
    """Seconds from before each submit to the start of its task in another process, in order of size.

    Submits leave by the clock, whether or not those before them were answered: a store that stalls is seen by all
    that wait meanwhile. Nobody awaits the results, which would be work at the same time.
    """
    await alive(workers)
    await (await say_when.submit())
    before, sent = await completed(), dict[str, float]()

    async def send(job: NewJob) -> None:
        sent[job.id] = time.time()
        await ferry.submit([job])

    budget.begin()
    async with _together() as group:
        while not budget.over:
            await asyncio.sleep(budget.done / per_second - budget.elapsed)
            group.create_task(send(say_when.job()))
            budget.done += 1
    await ended(before + budget.done, workers)
    return sorted([started - sent[identifier] for identifier, started in await _results(list(sent))])


async def _results(ids: Sequence[str]) -> list[tuple[str, float]]:
    store, found = await _store(), list[tuple[str, float]]()
    for start in range(0, len(ids), _PAGE):
        for job in await store.inspector.get(ids[start : start + _PAGE], frozenset([Include.RESULT])):
            if job is not None and job.result is not None:
                found.append((job.id, float(json.loads(job.result))))
    return found


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the value below which so many percent of the ordered values lie (nearest rank)."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


async def _store() -> Store:
    return (await ferry.connections.here()).store

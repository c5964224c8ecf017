"""One run: which measurements follow each other, and how long each may take."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ferryman.bench import measures
from ferryman.bench.budget import Budget
from ferryman.bench.machine import Busy, cores
from ferryman.bench.processes import Workers, workers
from ferryman.bench.results import Results
from ferryman.bench.tasks import ferry, noop
from ferryman.domain.state import State
from ferryman.store.scratch import Scratch, Spent

#: Shares of a minute, in seconds, and most jobs of each measurement in a minute.
_SUBMIT, _LATENCY = 8.0, 12.0
_SEQUENTIAL, _CONCURRENT, _BULK = 40_000, 60_000, 100_000
#: Bytes that a job may take on a disk or in memory, for the question whether there is room.
_JOB, _FIXED = 1_000, 64 << 20
#: No bound: seconds decide.
_MANY = 1 << 40

Show = Callable[[str, Budget], object]


def needed(seconds: float) -> int:
    """Return how many bytes must be free for a run of so many seconds."""
    return round((_SEQUENTIAL + _CONCURRENT + 2 * _BULK) * seconds / 60) * _JOB + _FIXED


class Run:
    """Measures one scratch store, which `ferry` points at; `show` is told of each measurement when it begins."""

    def __init__(self, scratch: Scratch, seconds: float, show: Show) -> None:
        self._scratch = scratch
        self._seconds = seconds
        self._show = show
        self._results = Results()

    async def measure(self) -> Results:
        """Do it all; raises `StoreError`, `Stuck` and `ProcessFell`."""
        await noop.submit()  # opens the store, and what opening costs is nobody's figure
        self._results.counted.submitted = 1
        begun = await self._busy()
        self._results.step = await self._scratch.step()
        await self._submits()
        await self._drain(1)
        if cores() > 1:
            await self._refill()
            await self._drain(2)
        await self._latency()
        await self._count()
        ended = await self._busy()
        if begun is not None and ended is not None:
            self._results.foreign = ended.foreign(begun)
        return self._results

    async def _submits(self) -> None:
        found, empty = self._results, await self._scratch.used()
        found.sequential = await measures.sequential(self._begin("submits, one by one", _SEQUENTIAL, _SUBMIT))
        before = await self._scratch.spent()
        found.concurrent = await measures.concurrent(self._begin("submits by 100 callers", _CONCURRENT, _SUBMIT))
        self._charge(before, await self._scratch.spent(), found.concurrent.jobs)
        found.bulk = await measures.bulk(self._begin("submits in bulk", _BULK, _SUBMIT))
        submitted = sum(timed.jobs for timed in (found.sequential, found.concurrent, found.bulk))
        found.counted.submitted += submitted
        full = await self._scratch.used()
        if empty is not None and full is not None:
            found.room = (full - empty) / submitted

    async def _refill(self) -> None:
        filled = await measures.bulk(self._begin("submits for two workers", _BULK, _SUBMIT))
        self._results.counted.submitted += filled.jobs

    async def _drain(self, processes: int) -> None:
        found = self._results
        waiting = found.counted.submitted - sum(timed.jobs for timed in found.drains.values())
        budget = Budget(waiting)
        self._show(f"{processes} worker process{'es' if processes > 1 else ''}", budget)
        async with self._workers(processes) as crew:
            before = await self._scratch.spent()
            found.drains[processes] = await measures.drain(crew, budget)
            if processes == 1:
                self._charge(before, await self._scratch.spent(), waiting)

    async def _latency(self) -> None:
        budget = self._begin("from submit to start", _MANY, _LATENCY)
        async with self._workers(1) as crew:
            self._results.latencies = await measures.latencies(crew, budget)
        self._results.counted.submitted += budget.done + 1

    async def _count(self) -> None:
        """Ask the store what became of the jobs."""
        counted = self._results.counted
        for count in await (await ferry.connections.here()).store.inspector.counts():
            if count.state is State.COMPLETED:
                counted.completed += count.jobs
            else:
                counted.others[count.state.value] = counted.others.get(count.state.value, 0) + count.jobs

    @asynccontextmanager
    async def _workers(self, processes: int) -> AsyncIterator[Workers]:
        async with workers(ferry.settings, processes) as crew:
            yield crew
        self._results.counted.runs += crew.runs

    def _begin(self, name: str, jobs: int, seconds: float) -> Budget:
        share = self._seconds / 60
        budget = Budget(max(100, round(jobs * share)), seconds * share)
        self._show(name, budget)
        return budget

    def _charge(self, before: Spent | None, after: Spent | None, jobs: int) -> None:
        """Add what the server spent on jobs to what one of them costs it, from submit to finish."""
        if before is None or after is None:
            return
        spent, found = after.since(before), self._results
        found.server_cpu = (found.server_cpu or 0.0) + spent.cpu / jobs
        found.server_commands = (found.server_commands or 0.0) + spent.commands / jobs

    async def _busy(self) -> Busy | None:
        spent = await self._scratch.spent() if self._scratch.local else None
        return Busy.now(spent.cpu if spent is not None else 0.0)

"""A soak: jobs for a long time, a fault now and then, and what speaks against the queue in the end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.state import FINAL, State
from ferryman.store.protocol import Store
from ferryman.store.query import LARGEST_PAGE, Include, JobFilter, PageRequest
from tests.soak.client import Client
from tests.soak.crew import KEPT, ROOT, Crew
from tests.soak.ledger import Complaints, Ledger
from tests.soak.leftovers import prune_all, remains, too_many
from tests.soak.mishaps import Mishaps
from tests.soak.trouble import Trouble
from tests.soak.vitals import Vitals
from tests.soak.witnesses import Witnesses

SAMPLE_EVERY = 5.0
TELL_EVERY = 10.0
#: A fault of the processes themselves is looked for this often, in seconds.
_WATCH_EVERY = 0.5
#: When nobody submits any more and nothing ends for this long, in seconds, what is left is lost.
STUCK = 45.0
_LOOK_UP_AT_ONCE = 500
_LOOKED_AT = frozenset({Include.RESULT, Include.ATTEMPTS})
#: Witnesses read between two looks at anything else.
_READ_AT_ONCE = 2_000


@dataclass(frozen=True)
class Plan:
    """What to do. `faults` names the faults in their order; by default they are drawn. `prune` at the end."""

    store: str
    seconds: float
    rate: float
    fault_every: float
    seed: int
    callers: int = 16
    faults: Sequence[str] = ()
    prune: bool = False
    source: Path = ROOT / "src"

    @property
    def warm_up(self) -> float:
        """How long a process may take to reach its size, in seconds; Redis cannot before the first jobs are pruned."""
        return min(600.0, max(self.seconds / 6, KEPT + 30.0))


class Soak:
    """One soak in a folder."""

    def __init__(self, plan: Plan, folder: Path, told: Callable[[str], None]) -> None:
        self.plan = plan
        self._told = told
        total = int(plan.rate * plan.seconds)
        self.complaints = Complaints()
        self.crew = Crew(folder, redis=plan.store == "redis", source=plan.source)
        self.ledger = Ledger(total, self.complaints)
        self.trouble = Trouble()
        self.client = Client(self.crew.port, plan.rate, total, plan.callers, plan.seed, self.ledger, self.trouble)
        self.mishaps = Mishaps(self.crew, self.client, self.trouble, self.complaints, plan.seed)
        self.vitals = Vitals(self.crew)
        self.took = 0.0
        self.remains: dict[str, int] = {}
        self._witnesses = Witnesses(self.crew.witnesses)
        self._start = 0.0

    async def run(self) -> None:
        """Do it all; whatever happens, no process is left."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.crew.close)
            await self.crew.start()
            store = self.crew.ferry.make_store()
            await store.open()
            stack.push_async_callback(store.close)
            self._start = time.monotonic()
            others = [
                asyncio.create_task(job) for job in (self._watch(), self._sample(), self._tell(), self._judge(store))
            ]
            try:
                await self._until_submitted(others)
                await self._until_ended(others)
            finally:
                for other in others:
                    other.cancel()
                await asyncio.gather(*others, return_exceptions=True)
            await self._close(store)

    async def _until_submitted(self, others: list[asyncio.Task[None]]) -> None:
        work = asyncio.create_task(self._work())
        await asyncio.wait([work, *others], return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            _raise_first(others)
        await work
        self.took = self._now()

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.client.run())
            group.create_task(self._strike())

    async def _until_ended(self, others: list[asyncio.Task[None]]) -> None:
        """Wait while acknowledged jobs end one after the other."""
        left, since = len(self._promised()), time.monotonic()
        while left and time.monotonic() < since + STUCK:
            await asyncio.sleep(0.2)
            _raise_first(others)
            if (now := len(self._promised())) < left:
                left, since = now, time.monotonic()

    def _promised(self) -> list[int]:
        return [number for number, entry in self.ledger.open.items() if entry.acknowledged or entry.job_id]

    def _now(self) -> float:
        return time.monotonic() - self._start

    # -- beside the work

    async def _strike(self) -> None:
        plan = self.plan
        for place, name in enumerate(plan.faults, start=1):
            await asyncio.sleep(max(0.0, place * plan.seconds / (len(plan.faults) + 1) - self._now()))
            await self.mishaps.strike(calm=False, name=name)
        if not plan.faults and plan.fault_every:
            await self.mishaps.run(plan.fault_every, plan.seconds / 2, plan.seconds)

    async def _watch(self) -> None:
        """Start again what died by itself, which is a violation."""
        while True:
            await asyncio.sleep(_WATCH_EVERY)
            for member in self.crew.members:
                code = member.fell()
                if code is not None and not self.trouble.excuses(float("inf")):
                    words = f"{member.name} ended with {code}: {member.log.read_text(errors='replace')[-1_000:]}"
                    self.complaints.add("died by itself", words)
                    member.start()

    async def _sample(self) -> None:
        while True:
            self.vitals.sample(self._now(), self.ledger.counts["completed"])
            await asyncio.sleep(SAMPLE_EVERY)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY)
            counts = self.ledger.counts
            memory = " ".join(
                f"{name}/{number} {life.memory.last[1]:.0f}"
                for (name, number), life in self.vitals.lives.items()
                if life.memory.last[0] > self._now() - 2 * SAMPLE_EVERY
            )
            self._told(
                f"{self._now():6.0f} s: {counts['acknowledged']} acknowledged, {counts['completed']} completed, "
                f"{len(self.ledger.open)} open, start p99 {1e3 * self.ledger.to_start.quantile(0.99):.0f} ms, "
                f"{sum(self.mishaps.counts.values())} faults, last: {self.trouble.name or 'none'}, "
                f"{sum(self.complaints.counts.values())} violations; MiB: {memory}"
            )

    # -- the judgement

    async def _judge(self, store: Store) -> None:
        while True:
            await self._judge_once(store)
            await asyncio.sleep(1.0)

    async def _judge_once(self, store: Store) -> None:
        for place, witness in enumerate(self._witnesses.fresh()):
            self.ledger.witnessed(witness)
            if place % _READ_AT_ONCE == 0:
                await asyncio.sleep(0)
        asked = list(self.ledger.to_look_up(time.time()).items())
        for start in range(0, len(asked), _LOOK_UP_AT_ONCE):
            part = asked[start : start + _LOOK_UP_AT_ONCE]
            try:
                jobs = await store.inspector.get([job_id for _, job_id in part], _LOOKED_AT)
            except StoreUnavailable:
                return
            for (number, _), job in zip(part, jobs, strict=True):
                self.ledger.looked_up(number, job)

    async def _close(self, store: Store) -> None:
        """Stop the processes in order, and judge what they leave."""
        await self._judge_once(store)
        for name, code in (await self.crew.stop()).items():
            if code != 0:
                self.complaints.add("a bad end", f"{name} ended with {code} after SIGTERM")
        await self._judge_once(store)
        await self._judge_once(store)
        self.ledger.close()
        await self._recount(store)
        if self.plan.prune:
            await prune_all(store)
            self.remains = remains(self.crew)
            if left := too_many(self.remains):
                self.complaints.add("left after all jobs were pruned", str(left))
        for life in self.vitals.lives.values():
            for fault in life.faults(self.plan.warm_up):
                self.complaints.add("grows", f"{life.name}, life {life.number}: {fault}")

    async def _recount(self, store: Store) -> None:
        """No job is left that has not ended, and the counters equal a recount."""
        counters = Counter({(row.queue, row.task, row.state): row.jobs for row in await store.inspector.counts()})
        found: Counter[tuple[str, str, State]] = Counter()
        cursor: str | None = None
        while True:
            page = await store.inspector.find(JobFilter(), PageRequest(LARGEST_PAGE, cursor))
            found.update((job.queue, job.task, job.state) for job in page.jobs)
            if (cursor := page.cursor) is None:
                break
        self.ledger.counts["left in the store"] = found.total()
        if found != counters:
            self.complaints.add("counters differ from a recount", f"{counters} and {found}")
        waiting = {key: number for key, number in counters.items() if key[2] not in FINAL}
        if waiting:
            self.complaints.add("the queue is not empty", str(waiting))


def _raise_first(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done():
            task.result()

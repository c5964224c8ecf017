"""Jobs in a dictionary that can be followed, and a follower that notes what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing

from ferryman.domain.job import Attempt, Job
from ferryman.domain.outcome import Ending
from ferryman.domain.state import State
from ferryman.following import Following
from ferryman.store.events import JobEvent
from ferryman.store.messages import FeedEntry, FeedKind
from ferryman.store.query import Include
from ferryman.store.signals import FEEDS, FINISHED
from tests.unit.fakes.memory_store import MemoryStore, Row
from tests.unit.fakes.virtual_time import now


class Jobs(MemoryStore):
    """Jobs that are looked at; `looks` are the ids of each look, `reads` counts reads of feeds."""

    def __init__(self) -> None:
        super().__init__()
        self.looks: list[list[str]] = []
        self.reads = 0
        self.entries: dict[str, list[FeedEntry]] = {}
        self.inspector.get = self.get  # type: ignore[method-assign]

    async def get(self, ids: Sequence[str], include: frozenset[Include] = frozenset()) -> list[Job | None]:
        if not include:
            self.looks.append(list(ids))
        self._check()
        await asyncio.sleep(0.001)
        return [self._job(self.rows[name]) if name in self.rows else None for name in ids]

    def _job(self, row: Row) -> Job:
        new, said = row.new, len(self.entries.get(row.new.id, ()))
        ended = (Attempt(1, "w", 1.0, 2.0, Ending.COMPLETED),) if row.state is State.COMPLETED else ()
        return Job(
            new.id, new.task, new.queue, row.state, 5, row.attempt, 0, 3, 0, 3, 0.0,
            started_at=1.0, worker="w", entries=said, attempts=ended, result="1",
        )  # fmt: skip

    async def read(self, job_id: str, after: int = 0, limit: int = 100, size: int = 0) -> list[FeedEntry]:
        self.reads += 1
        self._check()
        await asyncio.sleep(0.001)
        return self.entries.get(job_id, [])[after : after + limit]

    def run(self, row: Row) -> None:
        """Begin an attempt, which sends no signal."""
        row.state, row.attempt = State.PROCESSING, 1

    def say(self, row: Row, signal: bool = True) -> None:
        """Say something."""
        entries = self.entries.setdefault(row.new.id, [])
        entries.append(FeedEntry(len(entries) + 1, 1, now(), FeedKind.LOG, "{}"))
        if signal:
            self.signal(FEEDS)

    def end(self, row: Row) -> None:
        """End a job."""
        row.state = State.COMPLETED
        self.signal(FINISHED)


class Told:
    """What a follower was told, and when."""

    def __init__(self, following: Following, job_id: str, after: str | None = None) -> None:
        self.kinds: list[str] = []
        self.at: list[float] = []
        self.events: list[JobEvent] = []
        self.task = asyncio.create_task(self._follow(following, job_id, after))

    async def _follow(self, following: Following, job_id: str, after: str | None) -> None:
        async with aclosing(following.follow(job_id, after)) as events:
            async for event in events:
                self.events.append(event)
                self.kinds.append(json.loads(event.data)["state"] if event.kind == "state" else event.kind.value)
                self.at.append(now())

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

"""A store that writes down what is asked of it and what it answers, as its caller sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ferryman.domain.job import Job, NewJob
from ferryman.domain.lease import Lease
from ferryman.domain.state import Operation
from ferryman.store.messages import Changed, Pulse, Report, Submitted, Turn, TurnReply, WorkerInfo
from ferryman.store.protocol import Store
from ferryman.store.query import Include
from tests.history.records import History, Sight


class RecordingStore:
    """Passes everything on; a call that fails, or that nobody waits for any more, stays without an answer."""

    def __init__(self, store: Store, history: History, by: str) -> None:
        self._store = store
        self._history = history
        self._by = by
        self.inspector: Any = _RecordingInspector(store, history, by)
        self.feed: Any = _RecordingFeed(store, history, by)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def submit(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        call = self._history.call(self._history.submits, self._by, list(jobs))
        answers = await self._store.submit(jobs)
        self._history.answered(call, answers)
        return answers

    async def turn(self, turn: Turn) -> TurnReply:
        call = self._history.call(self._history.turns, self._by, turn)
        reply = await self._store.turn(turn)
        self._history.answered(call, reply)
        return reply

    async def extend(self, worker: WorkerInfo, leases: Sequence[Lease], lease: float) -> Pulse:
        call = self._history.call(self._history.extends, self._by, list(leases))
        pulse = await self._store.extend(worker, leases, lease)
        self._history.answered(call, pulse)
        return pulse


class _RecordingInspector:
    def __init__(self, store: Store, history: History, by: str) -> None:
        self._inspector = store.inspector
        self._history = history
        self._by = by

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inspector, name)

    async def act(self, operation: Operation, ids: Sequence[str]) -> list[Changed]:
        call = self._history.call(self._history.acts, self._by, (operation, list(ids)))
        changed = await self._inspector.act(operation, ids)
        self._history.answered(call, changed)
        return changed

    async def get(self, ids: Sequence[str], include: frozenset[Include] = frozenset()) -> list[Job | None]:
        begun = self._history.clock()
        jobs = await self._inspector.get(ids, include)
        ended = self._history.clock()
        self._history.sights += [Sight(job_id, begun, ended, job) for job_id, job in zip(ids, jobs, strict=True)]
        return jobs


class _RecordingFeed:
    def __init__(self, store: Store, history: History, by: str) -> None:
        self._feed = store.feed
        self._history = history
        self._by = by

    def __getattr__(self, name: str) -> Any:
        return getattr(self._feed, name)

    async def append(self, reports: Sequence[Report]) -> list[bool]:
        call = self._history.call(self._history.appends, self._by, list(reports))
        accepted = await self._feed.append(reports)
        self._history.answered(call, accepted)
        return list(accepted)

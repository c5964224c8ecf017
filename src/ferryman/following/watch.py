"""Looks at the jobs that somebody waits for: one read for all of them, when a signal says that it may be worth it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.job import Job
from ferryman.store.protocol import Store
from ferryman.store.query import Include

#: Most jobs in one read.
LARGEST_LOOK = 1_000
#: A signal can be missed (see `store/signals.py`), so the jobs are looked at this often anyway, in seconds.
LOOK_AGAIN = 1.0


class Watcher(Protocol):
    """Who waits for something to become of a job."""

    def see(self, job: Job | None) -> None:
        """Take the job as it is now, None for no job."""

    def fail(self, error: Exception) -> None:
        """Hear that the store cannot be looked into any more."""


class Pace(Protocol):
    """How often to look."""

    def __call__(self, jobs: int) -> tuple[float, float]:
        """Return for so many jobs the least and the longest time between two looks, in seconds."""


class Watch:
    """A look-out for jobs, on one event loop; an asyncio task of its own runs while there are any."""

    def __init__(
        self, store: Store, signals: Sequence[str], include: frozenset[Include], pace: Pace, *, patient: bool
    ) -> None:
        """A `patient` one looks again for as long as the store does not answer."""
        self._store = store
        self._patient = patient
        self._signals = signals
        self._include = include
        self._pace = pace
        self._watchers: dict[str, list[Watcher]] = {}
        self._watching: asyncio.Task[None] | None = None

    def add(self, job_id: str, watcher: Watcher) -> None:
        """Tell a watcher of its job from the next look on."""
        self._watchers.setdefault(job_id, []).append(watcher)

    def remove(self, job_id: str, watcher: Watcher) -> None:
        """Tell a watcher no more; one that is told no more already is none."""
        watchers = self._watchers.get(job_id, [])
        if watcher in watchers:
            watchers.remove(watcher)
        if not watchers:
            self._watchers.pop(job_id, None)

    def start(self) -> None:
        """See that somebody looks."""
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="ferryman-watch")

    async def _watch(self) -> None:
        try:
            while self._watchers:
                least, longest = self._pace(len(self._watchers))
                try:
                    await self._look()
                    if least:
                        await asyncio.sleep(least)
                    await self._store.wait(self._signals, longest)
                except StoreUnavailable:
                    if not self._patient:
                        raise
                    # Whoever waits goes on waiting: their jobs are safe in the store, which will be back.
                    await asyncio.sleep(LOOK_AGAIN)
        except Exception as error:
            self._fail(error)
        finally:
            self._watching = None

    async def _look(self) -> None:
        ids = list(self._watchers)
        for start in range(0, len(ids), LARGEST_LOOK):
            part = ids[start : start + LARGEST_LOOK]
            for job_id, job in zip(part, await self._store.inspector.get(part, self._include), strict=True):
                for watcher in list(self._watchers.get(job_id, ())):
                    watcher.see(job)

    def _fail(self, error: Exception) -> None:
        for watcher in [watcher for watchers in self._watchers.values() for watcher in watchers]:
            watcher.fail(error)

    async def close(self) -> None:
        """Look no more; whoever still waits is told that the store is closed."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        self._fail(StoreUnavailable("the store was closed while the job was awaited"))

"""A job that somebody follows, as all its readers share it: when it moved, and what is read of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ferryman.domain.errors import StoreError, StoreUnavailable
from ferryman.domain.job import Job
from ferryman.following.watch import LOOK_AGAIN
from ferryman.store.messages import FeedEntry
from ferryman.store.protocol import Store
from ferryman.store.query import Include

T = TypeVar("T")

#: What is read of a feed at once: so many entries, so many bytes. Each slow reader may hold that much.
PAGE = 64
PAGE_BYTES = 8_192

_ATTEMPTS = frozenset({Include.ATTEMPTS})
_RESULT = frozenset({Include.RESULT})


class Followed:
    """One job; a `Watcher` of it."""

    def __init__(self, store: Store, job_id: str, *, patient: bool = True) -> None:
        self.job_id = job_id
        self.readers = 0
        #: The job as it was at the last look, without its attempts; None before it.
        self.seen: Job | None = None
        #: Rises when a look finds the job moved.
        self.moves = 0
        self._store = store
        self._patient = patient
        self._mark: object = None
        self._moved = asyncio.Event()
        self._error: Exception | None = None
        #: The entries behind a number, as they were read last.
        self._page: tuple[int, list[FeedEntry]] = (0, [])
        self._fetching: asyncio.Task[None] | None = None

    def see(self, job: Job | None) -> None:
        """Tell the readers if the job moved, and have at hand what its feed says more."""
        mark = job and (job.state, job.attempt, job.entries)
        if mark == self._mark and self._mark is not None:
            return
        before, self._mark, self.seen = self.seen, mark, job
        if before is not None and job is not None and job.entries > before.entries and self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch(before.entries), name="ferryman-read")
        else:
            self._wake()

    async def _fetch(self, after: int) -> None:
        """Read once what all who are up to date will want."""
        try:
            self._page = (after, await self._read(after))
        except StoreError:
            self._page = (0, [])  # whoever wants it reads for itself, as patiently as may be
        finally:
            self._fetching = None
            self._wake()

    def fail(self, error: Exception) -> None:
        """Tell the readers that nobody looks any more."""
        self._error = error
        self._wake()

    def _wake(self) -> None:
        self.moves += 1
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def moved(self, moves: int) -> None:
        """Return when the job moved since there were so many moves; raises what keeps us from looking."""
        while self.moves == moves:
            await self._moved.wait()
        if self._error is not None:
            raise self._error

    async def whole(self) -> Job | None:
        """Return the job with its attempts, as it is now."""
        return await self._patiently(lambda: self._get(_ATTEMPTS))

    async def ended(self) -> Job | None:
        """Return the job with its result, as it is now."""
        return await self._patiently(lambda: self._get(_RESULT))

    async def _get(self, include: frozenset[Include]) -> Job | None:
        [job] = await self._store.inspector.get([self.job_id], include)
        return job

    async def entries(self, after: int) -> list[FeedEntry]:
        """Return the next entries of the feed behind a number, of which there must be one."""
        number, page = self._page
        if page and number == after:
            return page
        return await self._patiently(lambda: self._read(after))

    async def _read(self, after: int) -> list[FeedEntry]:
        return await self._store.feed.read(self.job_id, after, PAGE, PAGE_BYTES)

    async def _patiently(self, read: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await read()
            except StoreUnavailable:
                if not self._patient:
                    raise
                await asyncio.sleep(LOOK_AGAIN)
                if self._error is not None:
                    raise self._error from None

    def close(self) -> None:
        """Let what is read for nobody be."""
        if self._fetching is not None:
            self._fetching.cancel()

"""Carries what running attempts say to the store: in batches, off the hot path, in bounded memory."""

from __future__ import annotations

import asyncio
import contextlib
import threading

from ferryman import failpoints
from ferryman.domain.errors import StoreError
from ferryman.service import Service, Surroundings
from ferryman.store.messages import FeedKind, Report
from ferryman.store.protocol import Feed
from ferryman.worker.attempts import Attempt, Attempts, Reason
from ferryman.worker.said import Said

#: Reports leave at most this often, in seconds.
INTERVAL = 0.1
#: Entries in one store call, and characters of their data.
LONGEST_BATCH = 1_000
LARGEST_BATCH = 1_000_000
#: How long to rest when nothing was said, in seconds; whoever says something ends the rest.
IDLE = 3_600.0


class Reporter:
    """Collects what attempts say, from any thread, and appends it to their feeds."""

    def __init__(self, feed: Feed, attempts: Attempts, around: Surroundings) -> None:
        self._feed = feed
        self._attempts = attempts
        self._guard = threading.Lock()
        self._said: dict[Attempt, Said] = {}
        self._sending: list[tuple[Attempt, list[Report]]] = []
        self._waiting: dict[Attempt, asyncio.Future[None]] = {}
        self._service = Service("reporter", self._tick, around)
        self._monotonic = around.ports.monotonic
        self._sent_at = float("-inf")
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to carry."""
        self._loop = asyncio.get_running_loop()
        self._service.start()

    async def stop(self, patience: float) -> None:
        """Carry what is left, for at most `patience` seconds."""
        await self._service.stop(patience)
        with contextlib.suppress(StoreError, TimeoutError):
            async with asyncio.timeout(patience):
                while self._said or self._sending:
                    await self._send()
        self._answer_all()

    def add(self, attempt: Attempt, kind: FeedKind, data: str) -> None:
        """Take one entry: JSON text, or plain text for output; within a batch the newest progress counts."""
        with self._guard:
            first = not self._said
            said = self._said.get(attempt)
            if said is None:
                said = self._said[attempt] = Said()
                attempt.spoke = True
            said.add(kind, data)
        if first and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._service.wake)

    async def flushed(self, attempt: Attempt) -> None:
        """Return once the store has what the attempt said; its outcome comes after that."""
        if not self._pending(attempt):
            return
        waiting = self._waiting[attempt] = asyncio.get_running_loop().create_future()
        self._service.wake()
        try:
            await waiting
        finally:
            del self._waiting[attempt]

    def _pending(self, attempt: Attempt) -> bool:
        return attempt in self._said or any(attempt is sender for sender, _ in self._sending)

    async def _tick(self) -> float:
        too_early = self._sent_at + INTERVAL - self._monotonic()
        if too_early > 0 and not self._waiting:
            return too_early
        if self._said or self._sending:
            await self._send()
        return INTERVAL if self._said else IDLE

    async def _send(self) -> None:
        """Send one batch. One that got no answer is kept and sent again: a line may then come twice, none is lost."""
        if not self._sending:
            self._sending = self._collect()
        reports = [report for _, entries in self._sending for report in entries]
        held = await self._feed.append(reports)
        failpoints.reached("feed.answered")
        self._sent_at = self._monotonic()
        sent, self._sending = self._sending, []
        position = 0
        for attempt, entries in sent:
            if not all(held[position : position + len(entries)]):
                self._attempts.stop([attempt], Reason.LOST)
            position += len(entries)
        self._answer_all()

    def _collect(self) -> list[tuple[Attempt, list[Report]]]:
        batch: list[tuple[Attempt, list[Report]]] = []
        entries = size = 0
        with self._guard:
            # Those whose outcome waits go first.
            order = [attempt for attempt in self._waiting if attempt in self._said]
            order += [attempt for attempt in self._said if attempt not in self._waiting]
            for attempt in order:
                reports = self._said.pop(attempt).reports(attempt.lease, INTERVAL)
                batch.append((attempt, reports))
                entries += len(reports)
                size += sum(len(report.data) for report in reports)
                if entries >= LONGEST_BATCH or size >= LARGEST_BATCH:
                    break
        return batch

    def _answer_all(self) -> None:
        """Let those go on whose entries are all stored, or will never be."""
        for attempt, waiting in self._waiting.items():
            if not waiting.done() and (self._service.stopping or not self._pending(attempt)):
                waiting.set_result(None)

"""What the dashboard shows, sampled while somebody looks: one sampler for all who do.

A sample is a table of rows, each of them JSON text. What differs from the sample before is a patch, written once for
everybody. Nobody has a line of their own: who is ready for more is given the patches since the last one they have, or
the whole table where that is less.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

from ferryman.api.render import Raw, queue_body, time_of, to_json, worker_body
from ferryman.api.stream import event
from ferryman.domain.errors import StoreError
from ferryman.ports import SYSTEM
from ferryman.store.messages import Count, WorkerRow
from ferryman.store.overview import RECENT, figures
from ferryman.store.protocol import Store
from ferryman.store.signals import ANY_QUEUE, FINISHED

#: The least time between two samples, in seconds, and the most patches a second that all listeners get together.
LEAST = 0.25
PATCHES_A_SECOND = 250
#: A sample that took long is followed by a pause of so many times as long: looking is not to be the store's main work.
REST = 3
#: The longest time between two samples, in seconds.
LONGEST = 1.0
#: When nothing changed for this long, in seconds, an empty patch says that the server looks: a page in a browser hears
#: no comments, and could not tell silence from a dead connection.
SIGN_OF_LIFE = 15.0
#: Patches that are kept for clients that come back, as long as they are together not larger than the whole table, or
#: than so many bytes.
MOST_PATCHES = 200
SMALL = 65_536

#: Name and JSON text of each row, by section.
Table = dict[str, dict[str, Raw]]
_SECTIONS = ("queues", "tasks", "workers")
_log = logging.getLogger("ferryman.api")


class Live:
    """The sampler of one store, on one event loop."""

    def __init__(self, store: Store, tasks: Callable[[], Iterable[str]]) -> None:
        """`tasks` are shown whether or not they have jobs."""
        self._store = store
        self._tasks = tasks
        self._news = News()
        self._ready = asyncio.Event()
        self._listeners = 0
        self._sampling: asyncio.Task[None] | None = None

    async def listen(self, after: str | None) -> AsyncIterator[bytes]:
        """Give events for as long as they are wanted, from behind the one with the id `after` if that is known."""
        self._listeners += 1
        if self._sampling is None or self._sampling.done():
            self._sampling = asyncio.create_task(self._sample_on(), name="ferryman-live")
        try:
            await self._ready.wait()  # what is left from earlier listeners is old
            at = self._news.known(after)
            while True:
                number, texts = self._news.since(at)
                for text in texts:
                    yield text
                at = number
                await self._news.newer_than(at)
        finally:
            self._listeners -= 1
            if not self._listeners and self._sampling is not None:
                self._sampling.cancel()
                self._sampling = None
                self._ready.clear()

    async def _sample_on(self) -> None:
        stirred = True
        while True:
            began = SYSTEM.monotonic()
            # A store that is away is not spared by looking for it less often.
            seen = await self._sample(stirred)
            effort = SYSTEM.monotonic() - began if seen else 0.0
            self._ready.set()
            await asyncio.sleep(max(LEAST, self._listeners / PATCHES_A_SECOND, REST * effort))
            stirred = await self._wait(LONGEST - LEAST)

    async def _wait(self, timeout: float) -> bool:
        """Return when something may have happened, and whether that was told by a signal."""
        began = SYSTEM.monotonic()
        try:
            # A store that is away may take its time to say so. In this asyncio task, whose last wait it remembers.
            async with asyncio.timeout(2 * timeout):
                await self._store.wait([FINISHED, ANY_QUEUE], timeout)
        except TimeoutError:
            return False
        except StoreError:
            await asyncio.sleep(timeout)
        return SYSTEM.monotonic() - began < 0.98 * timeout

    async def _sample(self, stirred: bool) -> bool:
        """Take a sample; False when there is none."""
        inspector = self._store.inspector
        try:
            counts, queues, workers, recent = await asyncio.gather(
                inspector.counts(), inspector.queues(), inspector.workers(), inspector.history(RECENT)
            )
            fared = figures(queues, recent, workers)
            table = {
                "queues": {row.name: _row(queue_body(row, fared[row.name])) for row in queues},
                "tasks": _tasks(self._tasks(), counts),
                "workers": {row.info.id: _row(worker_body(row)) for row in workers},
            }
            self._news.publish(table, _row(_totals(counts, workers)), stirred)
            return True
        except StoreError as error:
            self._news.tell(str(error))
        except Exception as error:
            _log.error("the live overview failed", exc_info=error)
            self._news.tell("something unforeseen happened; the server's log says what")
        return False


def _row(body: dict[str, Any]) -> Raw:
    return Raw(to_json(body))


def _tasks(names: Iterable[str], counts: Iterable[Count]) -> dict[str, Raw]:
    jobs: dict[str, dict[str, int]] = {name: {} for name in names}
    for count in counts:
        states = jobs.setdefault(count.task, {})
        states[count.state] = states.get(count.state, 0) + count.jobs
    return {name: _row({"jobs": states}) for name, states in jobs.items()}


def _totals(counts: Iterable[Count], workers: Iterable[WorkerRow]) -> dict[str, Any]:
    jobs: Counter[str] = Counter()
    for count in counts:
        jobs[count.state] += count.jobs
    alive = [row.info for row in workers if row.alive]
    return {
        "jobs": dict(jobs),
        "slots": sum(info.slots for info in alive),
        "busy": sum(info.busy for info in alive),
        "alive": len(alive),
    }


class News:
    """The table as it is, and the latest patches that led to it, each with a number."""

    def __init__(self) -> None:
        self._epoch = f"{SYSTEM.bits(32):08x}"
        self._number = 0
        self._version = 0
        self._at = 0.0
        self._table: Table = {section: {} for section in _SECTIONS}
        self._totals = _row(_totals((), ()))
        self._trouble: str | None = None
        self._patches: deque[bytes] = deque(maxlen=MOST_PATCHES)
        self._whole: tuple[int, bytes] = (-1, b"")
        self._changed = asyncio.Event()

    def publish(self, table: Table, totals: Raw, stirred: bool) -> None:
        """Take a sample; `stirred` says that jobs may have moved although the table is the same."""
        changes = {section: _changes(self._table[section], table[section]) for section in _SECTIONS}
        moved = stirred or bool(changes["queues"]) or bool(changes["tasks"])
        if moved or changes["workers"] or totals != self._totals or self._trouble is not None or self._is_silent:
            self._table, self._totals, self._trouble = table, totals, None
            self._version += moved
            self._add(changes)

    def tell(self, trouble: str) -> None:
        """Take note that there is no sample, and why."""
        if trouble != self._trouble or self._is_silent:
            self._trouble = trouble
            self._add({section: {} for section in _SECTIONS})

    @property
    def _is_silent(self) -> bool:
        return SYSTEM.clock() - self._at > SIGN_OF_LIFE

    def _add(self, changes: dict[str, dict[str, Raw | None]]) -> None:
        self._number += 1
        self._at = SYSTEM.clock()
        self._patches.append(self._event("patch", changes))
        size = sum(map(len, self._patches))
        while size > max(SMALL, len(self.whole())):
            size -= len(self._patches.popleft())
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _event(self, kind: str, rows: Any) -> bytes:
        head = {"at": time_of(self._at), "version": self._version}
        body = to_json({**head, **rows, "totals": self._totals, "trouble": self._trouble})
        return event(kind, body, f"{self._epoch}-{self._number}")

    def whole(self) -> bytes:
        """Return the whole table as an event."""
        if self._whole[0] != self._number:
            self._whole = (self._number, self._event("snapshot", self._table))
        return self._whole[1]

    def known(self, identifier: str | None) -> int | None:
        """Return the number of the last patch that a client has, None for one that has nothing of ours."""
        epoch, _, number = (identifier or "").partition("-")
        if epoch != self._epoch or not (number.isdecimal() and len(number) < 19):
            return None
        return int(number)

    def since(self, number: int | None) -> tuple[int, Sequence[bytes]]:
        """Return the number of the latest patch, and what leads there from a number."""
        missed = self._number if number is None else self._number - number
        if number is not None and 0 <= missed <= len(self._patches):
            patches = list(self._patches)[len(self._patches) - missed :]
            if missed < 2 or sum(map(len, patches)) <= len(self.whole()):
                return self._number, patches
        return self._number, [self.whole()]

    async def newer_than(self, number: int) -> None:
        """Return when there is a later patch."""
        while self._number <= number:
            await self._changed.wait()


def _changes(before: dict[str, Raw], now: dict[str, Raw]) -> dict[str, Raw | None]:
    changes: dict[str, Raw | None] = {name: None for name in before if name not in now}
    changes.update((name, row) for name, row in now.items() if before.get(name) != row)
    return changes

"""Two turns under way: the second leaves for many, asks for no slot twice, and is waited for at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from ferryman.domain.state import State
from ferryman.store.messages import TurnReply
from ferryman.telemetry.events import WorkerStopped
from ferryman.worker.turns import WORTH_SHARING
from ferryman.worker.worker import LAST_MOMENT, LAST_WORDS
from tests.unit.fakes.memory_store import Row
from tests.unit.fakes.virtual_time import now, virtual_time
from tests.unit.worker.place import Place, task, working

SLOTS = 4 * WORTH_SHARING


@dataclass
class Held:
    """A worker whose claim is held by the store while its tasks wait for their turn to end."""

    place: Place
    rows: list[Row]
    gate: asyncio.Event
    ends: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def end(self, count: int) -> None:
        """Let so many tasks end, and a moment pass."""
        for _ in range(count):
            self.ends.release()
        await asyncio.sleep(0.1)


@asynccontextmanager
async def held() -> AsyncIterator[Held]:
    """Run as many jobs as are worth a turn of their own, then hold the turn that claims one more."""
    ends = asyncio.Semaphore(0)

    async def work() -> None:
        await ends.acquire()

    async with working(task(work), slots=SLOTS) as place:
        await asyncio.sleep(1)
        rows = [place.store.put() for _ in range(WORTH_SHARING)]
        await place.until(lambda: len(place.worker.attempts.running) == WORTH_SHARING and place.worker.turns.idle)
        await asyncio.sleep(1)
        gate = place.store.gate = asyncio.Event()
        place.store.put()
        await place.until(lambda: not place.worker.turns.idle)
        try:
            yield Held(place, rows, gate, ends)
        finally:
            gate.set()
            for _ in place.store.rows:
                ends.release()


@virtual_time
async def test_few_ends_wait_for_the_turn_under_way_and_many_leave_beside_it() -> None:
    async with held() as it:
        before = len(it.place.store.turns)
        await it.end(WORTH_SHARING - 1)
        assert len(it.place.store.turns) == before
        await it.end(1)
        [second] = it.place.store.turns[before:]
        assert len(second.outcomes) == WORTH_SHARING
        assert second.track != it.place.store.turns[before - 1].track, "one answer would take the other's place"
        it.gate.set()
        await it.place.until(lambda: all(row.state is State.COMPLETED for row in it.rows))


@virtual_time
async def test_two_turns_ask_for_no_slot_twice() -> None:
    async with held() as it:
        await it.end(WORTH_SHARING)
        first, second = it.place.store.turns[-2:]
        assert first.want + second.want <= SLOTS
        assert second.want == WORTH_SHARING, "those that have ended are free"
        for _ in range(2 * SLOTS):
            it.place.store.put()
        it.gate.set()
        await asyncio.sleep(1)
        assert len(it.place.worker.attempts.running) == SLOTS
        assert sum(row.state is State.PROCESSING for row in it.place.store.rows.values()) == SLOTS


@virtual_time
async def test_both_turns_are_waited_for_at_the_end() -> None:
    async with held() as it:
        await it.end(WORTH_SHARING)
        it.place.worker.stop()
        await asyncio.sleep(LAST_WORDS + LAST_MOMENT / 2)
        assert not it.place.told(WorkerStopped)
        it.gate.set()
        await it.place.stopped()
        [stopped] = it.place.told(WorkerStopped)
        assert stopped.finished == WORTH_SHARING


@virtual_time
async def test_of_two_answers_the_one_to_the_later_turn_says_what_is_due() -> None:
    # Seen red when the answer that came last did: an older one hid a job that was due before the next look.
    async with held() as it:
        await it.end(WORTH_SHARING)
        first, second = (track.sent for track in it.place.worker.turns._tracks)
        assert first is not None
        assert second is not None
        earlier, later = sorted((first, second), key=lambda sent: sent.at)
        it.place.worker.turns._take(replace(later, ended=()), TurnReply((), (), 3.0))
        it.place.worker.turns._take(replace(earlier, ended=()), TurnReply((), (), None))
        assert it.place.worker.turns._due_at == now() + 3.0

"""Leases are kept, losses stop attempts, silence fences."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from ferryman.domain.lease import Lease, LeaseState
from ferryman.domain.outcome import Ending
from ferryman.domain.state import State
from ferryman.service import Surroundings
from ferryman.store.messages import Pulse, WorkerInfo
from ferryman.telemetry.events import AttemptStopped, Event, LoopBlocked, OutcomeRefused, ServiceFailed, StoreDown
from ferryman.worker.attempts import Attempts
from ferryman.worker.context import Context
from ferryman.worker.heartbeat import Heartbeat
from tests.unit.fakes.memory_store import MemoryStore, information
from tests.unit.fakes.virtual_time import now, virtual_time
from tests.unit.worker.place import LEASE, Place, endings, task, working


async def hold() -> None:
    """Take a hundred seconds."""
    await asyncio.sleep(100)


@virtual_time
async def test_a_long_job_keeps_its_lease_and_the_worker_is_announced() -> None:
    async with working(task(hold), slots=7) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        await asyncio.sleep(99)
        announced = place.store.announced["w"]
        assert (announced.busy, announced.slots, announced.tasks) == (1, 7, ("work",))
        beats = [leases for _, leases in place.store.beats if leases]
        assert 18 <= len(beats) <= 24
        await place.until(lambda: row.state is State.COMPLETED)
    assert (row.attempt, row.crashes) == (1, 0)


@virtual_time
async def test_an_ended_attempt_keeps_its_lease_until_the_store_has_its_outcome() -> None:
    async def work() -> None: ...

    async with working(task(work)) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        place.store.gate = asyncio.Event()  # the report is under way and gets no answer for long
        await asyncio.sleep(4 * LEASE)
        place.store.gate.set()
        await place.until(lambda: row.state is State.COMPLETED)
    assert (row.attempt, row.crashes) == (1, 0)


@virtual_time
async def test_an_attempt_whose_outcome_is_on_its_way_is_not_taken_for_lost() -> None:
    async def work() -> None:
        place.store.deaf = 5  # the store takes the outcome, but its answer is late

    async with working(task(work)) as place:
        row = place.store.put()
        await place.until(lambda: row.state is State.COMPLETED)
        assert place.worker.attempts.held
        place.store.signal("worker:w")
        beats = len(place.store.beats)
        await place.until(lambda: len(place.store.beats) > beats)
        await place.until(lambda: not place.worker.attempts.held)
    assert place.told(AttemptStopped) == []
    assert place.worker.attempts.finished == 1


@virtual_time
async def test_a_cancelled_job_is_stopped_at_once_and_reports_nothing() -> None:
    stopped = []

    async def work() -> None:
        try:
            await asyncio.sleep(1_000)
        finally:
            stopped.append(now())

    async with working(task(work)) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        await asyncio.sleep(1)
        asked = now()
        place.store.cancel(row)
        await place.until(lambda: stopped)
        assert stopped[0] - asked < 0.1
        await asyncio.sleep(1)
        assert sum(len(turn.outcomes) for turn in place.store.turns) == 0
        assert place.worker.attempts.running == {}
    assert [event.reason for event in place.told(AttemptStopped)] == ["the job was cancelled"]
    assert place.told(OutcomeRefused) == []


@virtual_time
async def test_a_lost_lease_stops_the_attempt_and_nothing_is_reported() -> None:
    ends = []

    async def work() -> str:
        try:
            await asyncio.sleep(1_000)
        except asyncio.CancelledError:
            ends.append(now())
        return "too late"

    async with working(task(work)) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        place.store.lose(row)
        await place.until(lambda: ends)
        await asyncio.sleep(1)
        assert sum(len(turn.outcomes) for turn in place.store.turns) == 0
    assert [event.reason for event in place.told(AttemptStopped)] == ["its lease was lost"]


@virtual_time
async def test_without_contact_for_a_lease_attempts_are_stopped_and_run_again_later() -> None:
    stopped = []

    async def work() -> None:
        try:
            await asyncio.sleep(1_000)
        finally:
            stopped.append(now())

    async with working(task(work)) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        await place.until(lambda: place.store.beats and place.store.beats[-1][1])
        place.store.down = True
        silent = now()
        await place.until(lambda: stopped)
        assert LEASE - 0.1 <= stopped[0] - silent <= LEASE + LEASE / 10
        place.store.down = False
        # Handed back, unless somebody recovers it first: either way it was not this attempt that ended it.
        await place.until(lambda: row.attempt == 2)
    assert set(endings(row)) <= {Ending.RELEASED}


@virtual_time
async def test_a_store_that_never_answers_fences_as_well() -> None:
    async with working(task(hold)) as place:
        row = place.store.put()
        await place.until(lambda: place.store.beats and place.store.beats[-1][1])
        place.store.stuck = True
        await asyncio.sleep(LEASE * 1.2)
        assert [event.reason for event in place.told(AttemptStopped)] == [
            "its worker had no contact to the store for a whole lease"
        ]
        assert "no answer to a heartbeat" in place.told(StoreDown)[0].error
        place.store.stuck = False
    assert row.outcomes[0].ending is Ending.RELEASED


class HalfAway(MemoryStore):
    """A store of several servers, of which the one that has the jobs can be away."""

    away = False

    async def extend(self, worker: WorkerInfo, leases: Sequence[Lease], lease: float) -> Pulse:
        if not self.away:
            return await super().extend(worker, leases, lease)
        return Pulse([LeaseState.UNKNOWN] * len(leases))


@virtual_time
async def test_an_attempt_whose_lease_is_unknown_goes_on_until_its_lease_is_over() -> None:
    store = HalfAway()
    async with working(task(hold), store=store) as place:
        row = store.put()
        await place.until(lambda: row.attempt)
        store.away = True
        await asyncio.sleep(LEASE * 0.8)
        assert place.told(AttemptStopped) == []
        await asyncio.sleep(LEASE * 0.4)
        assert [event.reason for event in place.told(AttemptStopped)] == [
            "its worker had no contact to the store for a whole lease"
        ]


@virtual_time
async def test_a_short_outage_stops_nothing() -> None:
    async with working(task(hold)) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        for _ in range(8):
            await asyncio.sleep(2)
            place.store.down = True
            await asyncio.sleep(8)
            place.store.down = False
        await place.until(lambda: row.state is State.COMPLETED)
    assert row.attempt == 1
    assert place.told(AttemptStopped) == []


@virtual_time
async def test_a_store_that_cannot_be_opened_is_tried_again_and_told() -> None:
    async with working(task(hold)) as place:
        place.store.broken = PermissionError("not yours")
        await asyncio.sleep(10)
        assert "heartbeat" in {event.service for event in place.told(ServiceFailed)}
        place.store.broken = None
        await asyncio.sleep(2)
        assert place.store.beats


async def test_a_blocked_loop_does_not_stop_the_heartbeat_and_is_told() -> None:
    lease = 0.3
    events: list[Event] = []
    told, beaten = threading.Event(), threading.Event()

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, LoopBlocked):
            told.set()

    class Store(MemoryStore):
        async def extend(self, worker: WorkerInfo, leases: Sequence[Lease], lease: float) -> Pulse:
            if len(self.beats) >= 5:
                beaten.set()
            return await super().extend(worker, leases, lease)

    store = Store()
    heartbeat = Heartbeat(
        lambda: store, information("w"), Attempts(1), lease, Surroundings.of(emit), lambda command: None
    )
    heartbeat.start()
    assert told.wait(10)  # blocks this loop, as a bad task would
    assert beaten.wait(10)
    await heartbeat.stop(5)
    assert store.retired == ["w"]
    blocked = next(event for event in events if isinstance(event, LoopBlocked))
    assert blocked.seconds >= lease
    assert "told.wait(10)" in blocked.stack
    assert max(info.loop_lag or 0 for info, _ in store.beats) >= lease


async def test_a_task_that_blocks_the_loop_can_see_that_its_lease_is_lost() -> None:
    """The stop sign is put up by the heartbeat's thread, not by the loop, which is blocked."""
    seen = asyncio.Event()

    async def work(context: Context) -> None:
        place.store.lose(row)
        pause = threading.Event()
        for _ in range(1_000):
            if context.cancelled:
                seen.set()
                return
            pause.wait(0.01)

    place = Place(task(work), lease=0.3, threads=True)
    running = asyncio.create_task(place.worker.run())
    row = place.store.put()
    async with asyncio.timeout(20):
        await seen.wait()
    place.worker.stop()
    await running
    assert endings(row) == []

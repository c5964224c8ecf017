"""One call per turn: nothing is lost when it gets no answer, nothing is claimed that cannot start."""

from __future__ import annotations

import asyncio

import pytest

from ferryman.domain.outcome import Ending
from ferryman.domain.state import State
from ferryman.store.signals import ANY_QUEUE
from ferryman.telemetry.events import OutcomeRefused, ServiceFailed, StoreBack, StoreDown
from ferryman.worker import turns
from tests.unit.fakes.virtual_time import now, virtual_time
from tests.unit.worker.place import AT_ONCE, LEASE, Place, endings, task, working


async def work() -> None:
    """Do nothing."""


async def hold() -> None:
    """Take ten seconds."""
    await asyncio.sleep(10)


@virtual_time
async def test_a_full_queue_is_drained_a_slotful_at_a_time() -> None:
    async with working(task(work), slots=10) as place:
        rows = [place.store.put() for _ in range(95)]
        await place.until(lambda: all(row.state is State.COMPLETED for row in rows))
        wanted = [turn.want for turn in place.store.turns]
    assert max(wanted) == 10
    # One turn a slotful, each reporting the one before; one or two more that find nothing.
    assert len(wanted) <= 13


@virtual_time
async def test_nothing_is_claimed_beyond_the_free_slots() -> None:
    async with working(task(hold), slots=3) as place:
        rows = [place.store.put() for _ in range(5)]
        await asyncio.sleep(1)
        assert [row.attempt for row in rows] == [1, 1, 1, 0, 0]
        turns = len(place.store.turns)
        await asyncio.sleep(8)
        assert len(place.store.turns) == turns, "a worker without a free slot has nothing to ask"
        await place.until(lambda: rows[4].attempt == 1)


@virtual_time
async def test_a_worker_that_is_partly_busy_claims_only_for_its_free_slots() -> None:
    async with working(task(hold), slots=3) as place:
        place.store.put()
        await asyncio.sleep(1)
        rows = [place.store.put() for _ in range(5)]
        await asyncio.sleep(1)
        assert [row.attempt for row in rows] == [1, 1, 0, 0, 0]


@virtual_time
async def test_a_claim_that_got_all_it_asked_for_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LARGEST_TURN", 2)
    async with working(task(hold), slots=10) as place:
        await asyncio.sleep(1)
        rows = [place.store.put() for _ in range(7)]
        await asyncio.sleep(0.1)
        assert [row.attempt for row in rows] == [1] * 7


@virtual_time
async def test_outcomes_that_come_while_a_turn_is_under_way_leave_together_with_the_next() -> None:
    async with working(task(hold), slots=10) as place:
        rows = [place.store.put() for _ in range(4)]
        await place.until(lambda: rows[3].attempt)
        place.store.gate = asyncio.Event()
        place.store.put()  # its claim is the turn under way
        await asyncio.sleep(11)
        assert [row.outcomes for row in rows] == [[], [], [], []]
        before = len(place.store.turns)
        place.store.gate.set()
        await place.until(lambda: all(row.outcomes for row in rows))
        assert [len(turn.outcomes) for turn in place.store.turns[before - 1 :]][:2] == [0, 4]


@virtual_time
async def test_a_signal_starts_a_job_at_once() -> None:
    async with working(task(work)) as place:
        await asyncio.sleep(3.33)
        began = now()
        await place.outcome()
        assert now() - began < 0.01


@virtual_time
async def test_a_signal_that_overtakes_an_answer_is_not_forgotten() -> None:
    # Seen red when the answer that there was nothing overruled the signal that there now is.
    async with working(task(hold), slots=2) as place:
        await asyncio.sleep(1)
        place.store.put()
        await asyncio.sleep(3)
        place.store.signal("queue:default")  # for nothing; so that the worker listens when the job ends
        await asyncio.sleep(6)
        place.store.slow = asyncio.Event()
        await place.until(lambda: place.store.turns[-1].outcomes)  # a turn that reports its end, and looks
        second = place.store.put()  # its answer is on its way
        await asyncio.sleep(0.1)
        place.store.slow.set()
        await asyncio.sleep(0.1)
        assert second.attempt == 1


@virtual_time
async def test_ends_are_reported_while_the_rest_of_what_was_claimed_runs() -> None:
    # Seen red when all that a turn brought ran before the first end was reported: the store was idle meanwhile.
    async with working(task(work), slots=100) as place:
        await asyncio.sleep(1)
        rows = [place.store.put() for _ in range(100)]
        await place.until(lambda: all(row.state is State.COMPLETED for row in rows))
        reported = [len(turn.outcomes) for turn in place.store.turns if turn.outcomes]
    assert reported == [50, 50]


@virtual_time
async def test_an_idle_worker_hardly_asks() -> None:
    async with working(task(work)) as place:
        await asyncio.sleep(1)
        await place.outcome()  # seen red: a signal that came once woke the worker for ever after
        await asyncio.sleep(1)
        before = len(place.store.turns)
        await asyncio.sleep(60)
        assert len(place.store.turns) - before <= 13
        assert place.store.waits[-1][0] in (["queue:default"], ["worker:w"])


@virtual_time
async def test_a_worker_of_every_queue_hears_of_those_it_has_not_heard_of() -> None:
    async with working(task(work), queues=()) as place:
        await asyncio.sleep(1.1)
        row = place.store.put(queue="never heard of")
        await asyncio.sleep(0.1)
        assert row.state is State.COMPLETED
        assert [signals for signals, _ in place.store.waits if signals != ["worker:w"]] == [[ANY_QUEUE]] * 2


@virtual_time
async def test_a_missed_signal_is_made_up_for() -> None:
    async with working(task(work)) as place:
        await asyncio.sleep(2)
        row = place.store.put(queue="other")
        row.new = row.new._replace(queue="default")  # as if its signal had been lost
        await asyncio.sleep(5.1)
        assert row.state is State.COMPLETED


@virtual_time
async def test_a_scheduled_job_starts_when_it_is_due() -> None:
    async with working(task(work)) as place:
        row = place.store.put(delay=2.5)
        place.store.signal("queue:default")
        began = now()
        await place.ended(row)
        assert now() - began == pytest.approx(2.5, abs=0.01)


@virtual_time
async def test_a_turn_whose_answer_was_lost_is_sent_again_as_it_was() -> None:
    runs = []

    async def count() -> None:
        runs.append(1)

    async with working(task(count)) as place:
        place.store.deaf = 3
        row = place.store.put()
        await place.ended(row)
        first = [turn.request for turn in place.store.turns]
        assert first[0] == first[1] == first[2] == first[3]
        assert len(runs) == row.attempt == 1
    assert endings(row) == [Ending.COMPLETED]
    assert len(place.told(StoreDown)) == len(place.told(StoreBack)) == 1


@virtual_time
async def test_outcomes_survive_an_outage_and_the_worker_goes_on_within_three_seconds() -> None:
    async with working(task(work), slots=5) as place:
        await asyncio.sleep(1)
        place.store.gate = asyncio.Event()
        rows = [place.store.put() for _ in range(5)]
        await asyncio.sleep(0.1)
        place.store.down = True
        place.store.gate.set()
        await asyncio.sleep(600)
        assert all(row.state is not State.COMPLETED for row in rows)
        assert len(place.told(StoreDown)) == 1
        place.store.down = False
        back = now()
        await place.until(lambda: all(row.state is State.COMPLETED for row in rows))
        assert now() - back < 3
        await asyncio.sleep(1)  # told when each service that met the outage has an answer
        assert len(place.told(StoreBack)) == 1


@virtual_time
async def test_an_outage_is_not_hammered() -> None:
    async with working(task(work)) as place:
        place.store.down = True
        place.store.put()
        await asyncio.sleep(100)
        assert 60 < len(place.store.turns) < 210
        place.store.down = False


@virtual_time
async def test_an_unforeseen_error_is_told_with_its_traceback_and_tried_again() -> None:
    async with working(task(work)) as place:
        place.store.broken = ZeroDivisionError("a bug")
        row = place.store.put()
        await asyncio.sleep(20)
        told = [event for event in place.told(ServiceFailed) if event.service == "turns"]
        assert len(told) == 1
        assert isinstance(told[0].exception, ZeroDivisionError)
        place.store.broken = None
        await place.ended(row)


@virtual_time
async def test_a_refused_outcome_is_told_and_forgotten() -> None:
    async with working(task(hold, retry=AT_ONCE)) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        await asyncio.sleep(9.99)  # behind the last beat before it ends
        place.store.lose(row)
        await place.until(lambda: place.told(OutcomeRefused))
        assert place.told(OutcomeRefused)[0].ending == "completed"
        await asyncio.sleep(1)
        assert place.worker.attempts.held == {}
        assert sum(len(turn.outcomes) for turn in place.store.turns) == 1


@virtual_time
async def test_an_answer_that_comes_later_than_a_lease_starts_nothing() -> None:
    runs = []

    async def count() -> None:
        runs.append(1)

    place = Place(task(count))
    place.store.gate = asyncio.Event()
    place.running = asyncio.create_task(place.worker.run())
    row = place.store.put()
    await asyncio.sleep(LEASE + 1)
    # The store granted the lease when the turn came; what matters here is when we asked.
    place.store.gate.set()
    await place.until(lambda: row.state is State.COMPLETED)
    assert endings(row) == [Ending.RELEASED, Ending.COMPLETED]
    assert len(runs) == 1
    place.worker.stop()
    await place.running

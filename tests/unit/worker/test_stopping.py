"""Draining, handing back, being quiet, ending for lack of work."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ferryman.domain.outcome import Ending
from ferryman.domain.state import State
from ferryman.store.messages import Command
from ferryman.telemetry.events import WorkerQuiet, WorkerResumed, WorkerStopped, WorkerStopping
from ferryman.worker.context import Context
from tests.unit.fakes.virtual_time import now, virtual_time
from tests.unit.worker.place import Place, endings, task, working


async def hold() -> str:
    """Take ten seconds."""
    await asyncio.sleep(10)
    return "held"


async def quick() -> None:
    """Do nothing."""


@virtual_time
async def test_a_stopped_worker_lets_running_jobs_finish_and_claims_no_more() -> None:
    async with working(task(hold), slots=5) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        place.worker.stop()
        later = place.store.put()
        await place.stopped()
    assert endings(row) == [Ending.COMPLETED]
    assert later.attempt == 0
    assert place.store.retired == ["w"]
    assert place.told(WorkerStopped)[0].finished == 1


@virtual_time
async def test_what_does_not_finish_within_the_grace_is_interrupted_and_handed_back() -> None:
    interrupted = []

    async def work() -> None:
        try:
            await asyncio.sleep(1_000)
        except asyncio.CancelledError:
            interrupted.append(now())
            raise

    async with working(task(work), grace=25.0) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        asked = now()
        place.worker.stop()
        await place.stopped()
    assert interrupted[0] - asked == pytest.approx(25, abs=0.1)
    assert endings(row) == [Ending.RELEASED]
    assert (row.state, row.retries, row.crashes) == (State.PENDING, 0, 0)
    assert place.told(WorkerStopped)[0].released == 1


@virtual_time
async def test_code_that_ignores_its_interruption_is_handed_back_and_left_behind() -> None:
    async def work() -> None:
        for _ in range(3):  # longer than anybody waits, but not for ever: the test has to end
            try:
                await asyncio.sleep(1_000)
            except asyncio.CancelledError:
                continue

    async with working(task(work), grace=1.0) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        asked = now()
        place.worker.stop()
        await place.stopped()
        assert now() - asked < 5
    assert endings(row) == [Ending.RELEASED]


@virtual_time
async def test_asked_twice_it_ends_now() -> None:
    async with working(task(hold), grace=25.0) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        asked = now()
        place.worker.stop()
        await asyncio.sleep(1)
        place.worker.stop()
        await place.stopped()
        assert now() - asked < 1.5
    assert endings(row) == [Ending.RELEASED]


@virtual_time
async def test_a_value_returned_on_the_way_out_counts() -> None:
    async def work() -> str:
        try:
            await asyncio.sleep(1_000)
        except asyncio.CancelledError:
            return "saved in time"
        return ""

    async with working(task(work), grace=0.0) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        place.worker.stop()
        await place.stopped()
    assert row.outcomes[0].result == '"saved in time"'


@virtual_time
async def test_a_task_that_looked_at_the_stop_sign_and_returned_has_given_up() -> None:
    async def work(context: Context) -> None:
        while not context.cancelled:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                continue

    async with working(task(work), grace=0.0) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        place.worker.stop()
        await place.stopped()
    assert endings(row) == [Ending.RELEASED]


async def test_a_thread_sees_the_stop_sign_and_its_job_goes_back() -> None:
    place = Place(task(_until_told), grace=0.0)
    place.running = asyncio.create_task(place.worker.run())
    row = place.store.put()
    await asyncio.to_thread(_STARTED.wait, 10)
    place.worker.stop()
    await place.running
    assert endings(row) == [Ending.RELEASED]


_STARTED = threading.Event()


def _until_told(context: Context) -> None:
    _STARTED.set()
    pause = threading.Event()
    while not context.cancelled:
        pause.wait(0.01)


@virtual_time
async def test_what_was_claimed_while_the_worker_was_told_to_stop_is_handed_back_unstarted() -> None:
    runs = []

    async def work() -> None:
        runs.append(1)

    place = Place(task(work))
    place.store.gate = asyncio.Event()
    row = place.store.put()
    place.running = asyncio.create_task(place.worker.run())
    await asyncio.sleep(0.1)
    place.worker.stop()
    await asyncio.sleep(0.5)
    place.store.gate.set()
    await place.running
    assert runs == []
    assert endings(row) == [Ending.RELEASED]
    assert row.state is State.PENDING


@virtual_time
async def test_a_store_that_is_down_does_not_keep_a_worker_from_ending() -> None:
    async with working(task(hold), grace=1.0) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        place.store.down = True
        asked = now()
        place.worker.stop()
        await place.stopped()
        assert now() - asked < 25
    assert place.told(WorkerStopped)[0].unreported == 1


@virtual_time
async def test_cancelling_the_run_hands_back_at_once() -> None:
    place = Place(task(hold))
    row = place.store.put()
    running = asyncio.create_task(place.worker.run())
    await place.until(lambda: row.attempt)
    asked = now()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert now() - asked < 3
    assert endings(row) == [Ending.RELEASED]
    assert place.store.retired == ["w"]


@virtual_time
async def test_a_quiet_worker_claims_nothing_finishes_what_runs_and_can_be_resumed() -> None:
    async with working(task(hold)) as place:
        row = place.store.put()
        await place.until(lambda: row.attempt)
        place.worker.quiet()
        later = place.store.put()
        await asyncio.sleep(60)
        assert endings(row) == [Ending.COMPLETED]
        assert later.attempt == 0
        assert place.store.announced["w"].quiet
        place.worker.resume()
        await place.ended(later)
    assert [type(event) for event in place.events if isinstance(event, WorkerQuiet | WorkerResumed)] == [
        WorkerQuiet,
        WorkerResumed,
    ]


@virtual_time
async def test_an_operator_can_quiet_resume_and_stop_a_worker() -> None:
    async with working(task(quick)) as place:
        await asyncio.sleep(1)
        await place.store.inspector.command("w", Command.QUIET)
        await asyncio.sleep(0.1)
        row = place.store.put()
        await asyncio.sleep(30)
        assert row.attempt == 0
        await place.store.inspector.command("w", None)
        await place.ended(row)
        await place.store.inspector.command("w", Command.STOP)
        await place.stopped()
    assert len(place.told(WorkerStopping)) == 1


@virtual_time
async def test_taking_back_a_command_does_not_resume_a_worker_that_was_quiet_before() -> None:
    async with working(task(quick)) as place:
        await asyncio.sleep(1)
        place.worker.quiet()
        await place.store.inspector.command("w", Command.QUIET)
        await asyncio.sleep(10)
        await place.store.inspector.command("w", None)
        row = place.store.put()
        await asyncio.sleep(30)
        assert row.attempt == 0


@virtual_time
async def test_a_burst_ends_when_nothing_is_left() -> None:
    async with working(task(quick), burst=True, slots=3) as place:
        rows = [place.store.put() for _ in range(10)]
        soon, late = place.store.put(delay=0.2), place.store.put(delay=60)
        await place.stopped()
    assert [row.state for row in (*rows, soon)] == [State.COMPLETED] * 11
    assert late.state is State.SCHEDULED


@virtual_time
async def test_a_burst_with_nothing_to_do_ends_at_once() -> None:
    began = now()
    async with working(task(quick), burst=True) as place:
        await place.stopped()
    assert now() - began < 0.1

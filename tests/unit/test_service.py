"""A service ticks, rests, is woken, survives its errors, and lets its last tick end."""

from __future__ import annotations

import asyncio
import gc
import itertools

import pytest

from ferryman.domain.errors import StoreUnavailable
from ferryman.ports import Ports
from ferryman.service import Outage, Service, Surroundings, shielded
from ferryman.telemetry.events import Event, ServiceFailed, StoreBack, StoreDown
from tests.unit.fakes.virtual_time import now, virtual_time


def surroundings() -> tuple[Surroundings, list[Event]]:
    events: list[Event] = []
    return Surroundings.of(events.append, Ports(clock=now, monotonic=now, dice=lambda: 0.5)), events


@virtual_time
async def test_it_rests_as_long_as_its_tick_says_unless_woken() -> None:
    ticks: list[float] = []

    async def tick() -> float:
        ticks.append(now())
        return 10.0

    around, _ = surroundings()
    service = Service("s", tick, around)
    service.start()
    await asyncio.sleep(25)
    service.wake()
    await asyncio.sleep(1)
    assert ticks == [1_000, 1_010, 1_020, 1_025]
    await service.stop()


@virtual_time
async def test_stopping_lets_the_tick_end_but_not_for_ever() -> None:
    ended: list[str] = []

    async def tick() -> float:
        try:
            await asyncio.sleep(10)
            ended.append("by itself")
        except asyncio.CancelledError:
            ended.append("cut off")
            raise
        return 0.0

    around, _ = surroundings()
    for patience in (None, 1):
        service = Service("s", tick, around)
        service.start()
        await asyncio.sleep(1)
        await service.stop(patience)
    assert ended == ["by itself", "cut off"]


@virtual_time
async def test_errors_are_told_once_and_tried_again_with_growing_pauses() -> None:
    ticks: list[float] = []

    async def tick() -> float:
        ticks.append(now())
        raise ZeroDivisionError("a bug")

    around, events = surroundings()
    service = Service("s", tick, around)
    service.start()
    service.wake()  # must not make it hot
    await asyncio.sleep(20)
    for _ in range(50):
        service.wake()
        await asyncio.sleep(0)
    pauses = [second - first for first, second in itertools.pairwise(ticks)]
    assert pauses[0] == pytest.approx(0.075)
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(0.75)
    assert len([event for event in events if isinstance(event, ServiceFailed)]) == 1
    await service.stop()


@virtual_time
async def test_a_store_that_is_away_is_asked_until_it_is_back() -> None:
    answers: list[float] = []
    away = True

    async def tick() -> float:
        if away:
            raise StoreUnavailable("down")
        answers.append(now())
        return 10.0

    around, events = surroundings()
    service = Service("s", tick, around)
    service.start()
    await asyncio.sleep(600)
    away = False
    await asyncio.sleep(21)
    assert len(answers) == 3
    assert [type(event) for event in events] == [StoreDown, StoreBack]
    await service.stop()


@virtual_time
async def test_a_service_that_rests_after_a_failure_stops_at_once() -> None:
    async def tick() -> float:
        raise StoreUnavailable("down")

    around, _ = surroundings()
    service = Service("s", tick, around)
    service.start()
    await asyncio.sleep(10.1)
    asked = now()
    await service.stop()
    assert now() == asked


def test_an_outage_is_told_once_however_many_notice_and_its_end_when_all_have_an_answer() -> None:
    events: list[Event] = []
    outage = Outage(events.append, iter([10.0, 15.0]).__next__)
    outage.worked("turns")
    outage.failed("turns", StoreUnavailable("no route"))
    outage.failed("heartbeat", StoreUnavailable("no route"))
    outage.failed("turns", StoreUnavailable("no route"))
    outage.worked("turns")
    assert events == [StoreDown("no route")]
    outage.worked("heartbeat")
    assert events == [StoreDown("no route"), StoreBack(5.0)]


@virtual_time
async def test_work_whose_caller_was_cancelled_goes_on_and_fails_in_silence() -> None:
    told: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context))
    gone_on: list[bool] = []

    async def fail() -> None:
        await asyncio.sleep(1)
        gone_on.append(True)
        raise ValueError("nobody waits for this")

    waiting = asyncio.create_task(shielded(fail()))
    await asyncio.sleep(0.1)
    waiting.cancel()
    await asyncio.sleep(2)
    del waiting  # whose traceback keeps what it waited for
    gc.collect()
    assert (gone_on, told) == ([True], [])

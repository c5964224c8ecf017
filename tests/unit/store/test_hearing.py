"""Signals within one store object: everybody who waits for one gets it."""

from __future__ import annotations

import asyncio

from ferryman.store.hearing import Hearing

FOREVER = 30.0


async def test_one_who_was_busy_when_a_signal_came_gets_it_though_another_took_it() -> None:
    # Seen red when what was received was one set for all.
    hearing, busy, released = Hearing(), asyncio.Event(), asyncio.Event()

    async def quick() -> None:
        await hearing.wait(["finished"], FOREVER)

    async def slow() -> None:
        busy.set()
        await released.wait()
        await hearing.wait(["finished"], FOREVER)

    both = [asyncio.create_task(quick()), asyncio.create_task(slow())]
    await busy.wait()
    hearing.note(frozenset({"finished"}))
    await both[0]
    released.set()
    async with asyncio.timeout(5):
        await both[1]


async def test_a_signal_wakes_once_and_others_not_at_all() -> None:
    hearing, turns = Hearing(), 0

    async def look() -> None:
        nonlocal turns
        while turns < 100:  # without an end it would keep a test that is red from being so
            await hearing.wait(["mail"], FOREVER)
            turns += 1

    hearing.note(frozenset({"mail"}))
    looking = asyncio.create_task(look())
    for signals, expected in ((None, 1), ("other", 1), ("mail", 2), ("other", 2), ("mail", 3)):
        if signals is not None:
            hearing.note(frozenset({signals}))
        for _ in range(3):
            await asyncio.sleep(0)
        assert turns == expected
    looking.cancel()

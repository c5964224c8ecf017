"""Signals: whoever waits learns soon that it is worth looking again. These tests wait in real time, with deadlines.

A signal may come too often, so no test asks that a wait lasts; only that one without cause does not spin.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation
from ferryman.store.messages import Command, FeedKind, Report
from ferryman.store.protocol import Store
from ferryman.store.signals import ANY_QUEUE, FEEDS, FINISHED, queue_signal, worker_signal
from tests.conformance.world import NO_ERROR, World

#: A signal that has not come by now never came.
NEVER = 20.0
#: Soon, on a machine that is busy with other tests as well; far from the second or more of a poll.
SOON = 5.0

Cause = Callable[[World, Store], Awaitable[object]]


async def submit(world: World, other: Store) -> None:
    await world.claim_one(store=other)  # the first in an empty line; who comes behind others is found with them
    await other.submit([world.job()])


async def submit_for_soon(world: World, other: Store) -> None:
    await other.submit([world.job(delay=60.0)])


async def finish(world: World, other: Store) -> None:
    lease = (await world.claim_one(store=other)).lease
    await world.finish(Outcome.completed(lease, "1"), store=other)


async def release(world: World, other: Store) -> None:
    lease = (await world.claim_one(store=other)).lease
    await world.finish(Outcome.released(lease), store=other)


async def fail(world: World, other: Store) -> None:
    lease = (await world.claim_one(store=other)).lease
    await world.finish(Outcome.failed(lease, NO_ERROR), store=other)


async def recover(world: World, other: Store) -> None:
    await world.claim_one(store=other)
    await world.advance(16)
    await other.upkeep(10)


async def promote(world: World, other: Store) -> None:
    await other.submit([world.job(delay=60.0)])
    await world.advance(61)
    await other.upkeep(10)


async def resume(world: World, other: Store) -> None:
    await other.inspector.pause("default", True)
    await other.inspector.pause("default", False)


async def cancel(world: World, other: Store) -> None:
    [identifier] = await world.listed()
    await other.inspector.act(Operation.CANCEL, [identifier])


async def cancel_running(world: World, other: Store) -> None:
    await world.claim_one(store=other)
    await cancel(world, other)


async def retry(world: World, other: Store) -> None:
    await fail(world, other)
    [identifier] = await world.listed()
    await other.inspector.act(Operation.RETRY, [identifier])


async def command(world: World, other: Store) -> None:
    await world.extend()
    await other.inspector.command("w", Command.STOP)


CAUSES: list[tuple[str, Cause]] = [
    (queue_signal("default"), submit),
    (queue_signal("default"), release),
    (queue_signal("default"), recover),
    (queue_signal("default"), promote),
    (queue_signal("default"), retry),
    (queue_signal("default"), resume),
    (queue_signal("default"), submit_for_soon),
    (ANY_QUEUE, submit),
    (ANY_QUEUE, release),
    (ANY_QUEUE, recover),
    (ANY_QUEUE, promote),
    (ANY_QUEUE, retry),
    (ANY_QUEUE, resume),
    (ANY_QUEUE, submit_for_soon),
    (FINISHED, finish),
    (FINISHED, fail),
    (FINISHED, cancel),
    (worker_signal("w"), cancel_running),
    (worker_signal("w"), command),
]


async def begin(world: World, *signals: str) -> None:
    """Make the first wait, which may return at once: what was signalled before it is not known."""
    await world.store.wait(signals, 0.01)


@pytest.mark.parametrize(("signal", "cause"), CAUSES, ids=lambda value: getattr(value, "__name__", str(value)))
async def test_who_waits_learns_soon_of(world: World, signal: str, cause: Cause) -> None:
    other = await world.another()
    await world.submit()
    await begin(world, signal)
    waiting = asyncio.create_task(world.store.wait([signal], NEVER))
    await asyncio.sleep(0)  # it has begun
    begun = time.monotonic()
    await cause(world, other)
    await waiting
    assert time.monotonic() - begun < SOON


@pytest.mark.parametrize(("signal", "cause"), CAUSES, ids=lambda value: getattr(value, "__name__", str(value)))
async def test_no_signal_is_lost_between_the_look_and_the_wait(world: World, signal: str, cause: Cause) -> None:
    other = await world.another()
    await world.submit()
    await begin(world, signal)
    await cause(world, other)
    begun = time.monotonic()
    await world.store.wait([signal], NEVER)
    assert time.monotonic() - begun < SOON


async def test_the_first_wait_does_not_miss_what_came_before_it(world: World) -> None:
    await (await world.another()).submit([world.job()])
    begun = time.monotonic()
    async with asyncio.timeout(NEVER):
        # Either it knows of the signal or it tells at once to look.
        await world.store.wait([queue_signal("default")], NEVER)
    assert time.monotonic() - begun < SOON


async def test_a_store_object_also_hears_itself(world: World) -> None:
    await begin(world, queue_signal("default"))
    waiting = asyncio.create_task(world.store.wait([queue_signal("default")], NEVER))
    await asyncio.sleep(0)
    begun = time.monotonic()
    await world.submit()
    await waiting
    assert time.monotonic() - begun < SOON


@pytest.mark.parametrize("kind", ["queue", "feed", "finished", "worker"])
async def test_a_signal_comes_at_once_and_not_with_the_next_poll(world: World, kind: str) -> None:
    other = await world.another()
    await world.extend()
    await world.submit()
    lease = (await world.claim_one()).lease
    signal = {
        "queue": queue_signal("default"),
        "feed": FEEDS,
        "finished": FINISHED,
        "worker": worker_signal("w"),
    }[kind]
    causes: dict[str, Callable[[], Awaitable[object]]] = {
        "queue": lambda: other.submit([world.job()]),
        "feed": lambda: other.feed.append([Report(lease, FeedKind.LOG, "{}")]),
        "finished": lambda: finish_another(world, other),
        "worker": lambda: other.inspector.command("w", Command.QUIET),
    }
    await begin(world, signal)
    begun = time.monotonic()
    for _ in range(10):
        waiting = asyncio.create_task(world.store.wait([signal], NEVER))
        await asyncio.sleep(0)
        await causes[kind]()
        await waiting
    assert time.monotonic() - begun < SOON / 2, "each took a quarter of a second or more"


async def finish_another(world: World, other: Store) -> None:
    await other.submit([world.job()])
    await finish(world, other)


async def test_one_of_several_signals_is_enough(world: World) -> None:
    other = await world.another()
    signals = [queue_signal("a"), queue_signal("b"), worker_signal("w")]
    await begin(world, *signals)
    waiting = asyncio.create_task(world.store.wait(signals, NEVER))
    await asyncio.sleep(0)
    begun = time.monotonic()
    await other.submit([world.job(queue="b")])
    await waiting
    assert time.monotonic() - begun < SOON


async def test_everyone_who_waits_is_told(world: World) -> None:
    other = await world.another()
    stores = [world.store, world.store, await world.another()]
    for store in stores:
        await store.wait([FINISHED], 0.01)
    await world.submit()
    waiting = [asyncio.create_task(store.wait([FINISHED], NEVER)) for store in stores]
    await asyncio.sleep(0)
    begun = time.monotonic()
    await finish(world, other)
    await asyncio.gather(*waiting)
    assert time.monotonic() - begun < SOON


async def test_a_feed_entry_wakes_those_who_follow_jobs(world: World) -> None:
    await world.submit()
    lease = (await world.claim_one()).lease
    other = await world.another()
    await begin(world, FEEDS)
    waiting = asyncio.create_task(world.store.wait([FEEDS], NEVER))
    await asyncio.sleep(0)
    begun = time.monotonic()
    await other.feed.append([Report(lease, FeedKind.LOG, "{}")])
    await waiting
    assert time.monotonic() - begun < SOON


async def test_a_wait_without_a_signal_ends_at_its_timeout(world: World) -> None:
    signals = [queue_signal("default"), FINISHED]
    await begin(world, *signals)
    begun = time.monotonic()
    for _ in range(4):
        await world.store.wait(signals, 0.1)
    assert 0.1 < time.monotonic() - begun < 0.4 + SOON, "it spins, or it hangs"


async def test_closing_wakes_those_who_wait(world: World) -> None:
    store = await world.another()
    await store.wait([FINISHED], 0.01)
    waiting = asyncio.create_task(store.wait([FINISHED], NEVER))
    await asyncio.sleep(0)
    begun = time.monotonic()
    await store.close()
    await asyncio.gather(waiting, return_exceptions=True)
    assert time.monotonic() - begun < SOON


async def test_a_wait_can_be_given_up(world: World) -> None:
    await begin(world, FINISHED)
    waiting = asyncio.create_task(world.store.wait([FINISHED], NEVER))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await world.submit()
    await finish(world, world.store)
    begun = time.monotonic()
    await world.store.wait([FINISHED], NEVER)
    assert time.monotonic() - begun < SOON

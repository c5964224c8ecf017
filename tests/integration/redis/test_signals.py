"""Signals when the subscription breaks: whoever waits looks again, and hears what is sent after that."""

from __future__ import annotations

import asyncio
import time

import pytest
from redis.asyncio import Redis as Client

from ferryman.store.signals import ANY_QUEUE, FINISHED, queue_signal
from tests.conformance.test_signals import CAUSES, Cause
from tests.conformance.topologies import Redis
from tests.conformance.world import World
from tests.integration.redis.place import Place, submit, turn
from tests.servers.redis_server import RedisServer

NEVER = 20.0
SOON = 5.0


def cut(place: Place) -> None:
    place.redis.ask("CLIENT", "KILL", "TYPE", "pubsub")


async def test_whoever_waits_looks_again_when_the_subscription_breaks(place: Place) -> None:
    store = await place.store()
    await store.wait([FINISHED], 0.1)
    waiting = asyncio.create_task(store.wait([FINISHED], NEVER))
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    cut(place)
    await waiting
    assert time.monotonic() - begun < SOON


async def test_what_is_sent_while_there_is_no_subscription_is_not_missed(place: Place) -> None:
    # Seen red when only the break woke those who wait, and not the new subscription.
    store, other = await place.store(), await place.store()
    await store.wait([ANY_QUEUE], 0.1)
    waiting = asyncio.create_task(store.wait([ANY_QUEUE], NEVER))
    await asyncio.sleep(0.05)
    cut(place)
    await waiting
    await submit(other)  # before the new subscription
    begun = time.monotonic()
    await store.wait([ANY_QUEUE], NEVER)
    assert time.monotonic() - begun < SOON


async def test_a_new_subscription_hears(place: Place) -> None:
    store, other = await place.store(), await place.store()
    signal = queue_signal("default")
    await store.wait([signal], 0.1)
    for _ in range(3):
        cut(place)
        await asyncio.gather(store.wait([signal], 2.0))
    await asyncio.gather(store.wait([signal], 0.01))
    waiting = asyncio.create_task(store.wait([signal], NEVER))
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    await submit(other)
    await waiting
    assert time.monotonic() - begun < SOON


async def test_what_is_waited_for_while_the_subscription_is_made_is_heard(place: Place) -> None:
    # Seen red when only what was known at the beginning was subscribed.
    other = await place.store()
    for rounds in range(12):
        store = await place.store()
        place.redis.ask("CLIENT", "KILL", "TYPE", "normal")  # so that a connection must be made first
        await asyncio.sleep(0.01)
        first = asyncio.create_task(store.wait([FINISHED], NEVER))
        for _ in range(rounds):
            await asyncio.sleep(0)
        async with asyncio.timeout(3):
            await store.wait([ANY_QUEUE], NEVER)
            await submit(other)
            await store.wait([ANY_QUEUE], NEVER)
            await first
            await turn(other)  # the next one is to be the first in line again


@pytest.mark.parametrize(("signal", "cause"), CAUSES, ids=lambda value: getattr(value, "__name__", str(value)))
async def test_what_wakes_somebody_is_published(redis: RedisServer, signal: str, cause: Cause) -> None:
    world = World(Redis(redis.url))
    await world.open()
    await world.submit()
    async with Client.from_url(redis.url) as client, client.pubsub() as listening:
        await listening.psubscribe("*")
        assert (await listening.get_message(timeout=SOON)) is not None
        await cause(world, world.store)
        await client.publish("over", "")
        heard = set()
        while (message := await listening.get_message(timeout=SOON)) and message["channel"] != b"over":
            heard.add(message["channel"].decode().partition(":signal:")[2])
    await world.close_stores()
    assert signal in heard

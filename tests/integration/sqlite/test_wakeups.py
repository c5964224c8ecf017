"""Datagrams: each is sent for its cause, and one that is dropped costs half a second.

That somebody wakes in the end does not show a missing one: the net under them catches it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ferryman.domain.retention import Retention
from ferryman.ports import Ports
from ferryman.store.messages import FeedKind, Report
from ferryman.store.protocol import Store
from ferryman.store.signals import ANY_QUEUE, FEEDS, worker_signal
from ferryman.stores.sqlite.store import SqliteStore
from tests.conformance.test_signals import CAUSES, Cause
from tests.conformance.topologies import SqliteFile
from tests.conformance.world import World, worker_info

#: Far from the five seconds after which a worker looks by itself.
SOON = 3.0


class Dropped:
    """Takes the datagrams and sends none; remembers the signals in them."""

    def __init__(self) -> None:
        self.signals: set[str] = set()

    def sendto(self, data: bytes, address: tuple[str, int], /) -> object:
        self.signals |= set(json.loads(data))
        return len(data)

    def close(self) -> None: ...


class Silent(SqliteFile):
    """A file whose stores send no datagram."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._path = folder / "jobs.db"
        self.dropped = Dropped()

    def store(self, retention: Retention) -> Store:
        ports = Ports(datagrams=lambda: self.dropped)
        return SqliteStore(self._path, retention, durability="off", clock=self.now, ports=ports)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(Silent(tmp_path))
    await made.open()
    yield made
    await made.close_stores()


def sent(world: World) -> set[str]:
    topology = world._topology
    assert isinstance(topology, Silent)
    return topology.dropped.signals


@pytest.mark.parametrize(("signal", "cause"), CAUSES, ids=lambda value: getattr(value, "__name__", str(value)))
async def test_what_wakes_somebody_sends_a_datagram(world: World, signal: str, cause: Cause) -> None:
    await world.submit()
    await world.store.wait([signal], 0.01)  # somebody wants to be woken by it
    sent(world).clear()
    await cause(world, world.store)
    assert signal in sent(world)


async def test_a_report_sends_one_to_those_who_follow_jobs(world: World) -> None:
    await world.submit()
    lease = (await world.claim_one()).lease
    await world.store.wait([FEEDS], 0.01)
    await world.store.feed.append([Report(lease, FeedKind.LOG, "{}")])
    assert FEEDS in sent(world)
    sent(world).clear()
    await world.store.feed.append([Report(lease._replace(nonce=1), FeedKind.LOG, "{}")])
    assert sent(world) == set()


async def test_none_is_sent_that_nobody_wants(world: World) -> None:
    await world.submit()
    await world.complete((await world.claim_one()).lease)
    assert sent(world) == set()


@pytest.mark.parametrize("waits_already", [True, False])
async def test_one_that_is_dropped_is_made_up_for(world: World, waits_already: bool) -> None:
    # Seen red when the counter was looked at for the first time only some moments into the second wait.
    other = await world.another()
    await world.store.wait([ANY_QUEUE], 0.01)
    if not waits_already:
        await other.submit([world.job()])
    waiting = asyncio.create_task(world.store.wait([ANY_QUEUE], 2 * SOON))
    await asyncio.sleep(0)
    begun = time.monotonic()
    if waits_already:
        await other.submit([world.job()])
    await waiting
    assert time.monotonic() - begun < SOON


async def test_a_beat_of_one_worker_wakes_no_other(world: World) -> None:
    # Seen red: every commit woke every heartbeat, each beat is a commit, and so idle workers beat twice a second.
    other = await world.another()
    mine, queue = worker_signal("w"), ANY_QUEUE
    await world.store.wait([mine, queue], 0.01)
    beats = asyncio.create_task(world.store.wait([mine], 2 * SOON))
    looks = asyncio.create_task(world.store.wait([queue], 2 * SOON))
    await asyncio.sleep(0)
    await other.extend(worker_info("another"), [], 15.0)
    await looks  # whoever looks for jobs looks once more than need be
    assert not beats.done()
    beats.cancel()


async def test_a_listener_is_told_what_it_wants_and_nothing_else(world: World) -> None:
    # Seen red: a worker was told the names of all jobs that reported something, and kept thousands of them.
    await world.store.wait([ANY_QUEUE], 0.01)
    await world.submit(queue="some")
    assert sent(world) == {ANY_QUEUE}

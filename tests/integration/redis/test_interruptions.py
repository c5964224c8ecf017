"""A server that pauses and cuts connections under several submitters: all that was acknowledged is there, and once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence

import pytest

from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.domain.outcome import Outcome
from ferryman.domain.retention import Retention
from ferryman.domain.state import Operation, State
from ferryman.ports import SYSTEM, Ports
from ferryman.store.messages import Changed, Submitted
from ferryman.store.protocol import Store
from ferryman.stores.redis.address import parse_address
from ferryman.stores.redis.promises import Promises
from ferryman.stores.redis.store import RedisStore
from tests.integration.redis.place import Place, jobs_in, new_job, turn
from tests.servers.redis_server import RedisServer

JOBS = 300
SUBMITTERS = 6


async def cut(redis: RedisServer) -> None:
    await asyncio.to_thread(redis.ask, "CLIENT", "KILL", "TYPE", "normal")


async def pause(redis: RedisServer) -> None:
    await asyncio.to_thread(redis.ask, "CLIENT", "PAUSE", "1500", "WRITE")


async def lose_replies(redis: RedisServer) -> None:
    """Let commands pile up, and cut their connections in the breath that runs them: no reply leaves the server."""
    with socket.create_connection(("127.0.0.1", redis.port)) as connection:
        connection.sendall(b"PING\r\n")
        connection.recv(100)
        os.kill(redis.pid, signal.SIGSTOP)
        await asyncio.sleep(0.05)
        connection.sendall(b"CLIENT KILL TYPE normal\r\n")
        os.kill(redis.pid, signal.SIGCONT)
        connection.recv(100)


async def pause_and_cut(redis: RedisServer) -> None:
    """Cut connections whose commands wait for the end of the pause: they are never run, and nobody is told."""
    await asyncio.to_thread(redis.ask, "CLIENT", "PAUSE", "400", "WRITE")
    await asyncio.sleep(0.1)
    await cut(redis)


async def submit_all(store: Store, jobs: Sequence[NewJob]) -> list[Submitted]:
    """Submit jobs one by one, each as often as it takes; return what was acknowledged."""
    acknowledged: list[Submitted] = []
    for job in jobs:
        while True:
            try:
                acknowledged += await store.submit([job])
                break
            except StoreUnavailable:
                continue
        await asyncio.sleep(0.02)  # so that many misdeeds fall between
    return acknowledged


@pytest.mark.parametrize(("misdeed", "every"), [(cut, 0.2), (lose_replies, 0.1), (pause, 2.5), (pause_and_cut, 0.7)])
async def test_what_was_acknowledged_is_there_and_once(
    place: Place, misdeed: Callable[[RedisServer], Awaitable[None]], every: float
) -> None:
    store = await place.store()
    jobs = [new_job() for _ in range(JOBS)]
    ended = asyncio.Event()

    async def misbehave() -> None:
        while not ended.is_set():
            await misdeed(place.redis)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), every)

    misbehaving = asyncio.create_task(misbehave())
    parts = [jobs[number::SUBMITTERS] for number in range(SUBMITTERS)]
    acknowledged = await asyncio.gather(*[submit_all(store, part) for part in parts])
    ended.set()
    await misbehaving
    assert [[answer.id for answer in answers] for answers in acknowledged] == [
        [job.id for job in part] for part in parts
    ]
    # A job whose first reply was lost is met by its second submit.
    met = sum(not answer.created for answers in acknowledged for answer in answers)
    assert met > 0 or misdeed is not lose_replies, "no reply was lost"
    assert await jobs_in(store) == JOBS
    claimed = [job.id for job in (await turn(store, want=2 * JOBS)).claimed]
    assert sorted(claimed) == sorted(job.id for job in jobs)


async def test_a_submit_waits_for_the_end_of_a_pause(place: Place) -> None:
    store = await place.store()
    place.redis.ask("CLIENT", "PAUSE", "1500", "WRITE")
    job = new_job()
    waiting = asyncio.create_task(store.submit([job]))
    await asyncio.wait({waiting}, timeout=0.5)
    assert not waiting.done(), "the server is not paused"
    [answer] = await waiting
    assert answer.created


async def test_a_retry_whose_answer_was_lost_is_done_once_although_the_job_ended_meanwhile(redis: RedisServer) -> None:
    # The store repeats a call under the same number until it is answered; here each call has it, as if it were one.
    always_seven = Ports(bits=lambda count: 7)
    store = RedisStore(parse_address(redis.url), Retention(), Promises(), clock=SYSTEM.clock, ports=always_seven)
    await store.open()
    try:
        job = new_job()
        await store.submit([job])
        await _complete(store)
        assert await store.inspector.act(Operation.RETRY, [job.id]) == [Changed(job.id, True, State.PENDING)]
        await _complete(store)
        assert await store.inspector.act(Operation.RETRY, [job.id]) == [Changed(job.id, True, State.PENDING)]
        [kept] = await store.inspector.get([job.id])
        assert kept is not None
        assert (kept.state, kept.attempt) == (State.COMPLETED, 2)
    finally:
        await store.close()


async def _complete(store: Store) -> None:
    """Run the one job there is."""
    [claimed] = (await turn(store)).claimed
    assert (await turn(store, Outcome.completed(claimed.lease, "1"), want=0)).accepted == [True]

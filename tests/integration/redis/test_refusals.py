"""What a server may answer instead of doing as it is told: each is said plainly, and passes with its cause.

What stops a script is said in other words by each kind of server: see test_every_kind.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from ferryman.domain.errors import StoreMisconfigured, StoreUnavailable
from ferryman.domain.lease import LeaseState
from ferryman.domain.outcome import Outcome
from tests.conformance.world import worker_info
from tests.integration.redis.place import Place, jobs_in, new_job, rights, submit, turn
from tests.servers.redis_cluster import until
from tests.servers.redis_server import RedisServer


async def test_a_server_that_reads_its_data_says_so(place: Place) -> None:
    store = await place.store()
    await store.submit([new_job() for _ in range(1_000)])
    place.redis.ask("SAVE")
    place.redis.kill()
    place.redis.settings = ("--save", "", "--appendonly", "no", "--key-load-delay", "2500", "--dbfilename", "dump.rdb")
    place.redis.settings += ("--loading-process-events-interval-bytes", "1024")
    place.redis.spawn()
    until(lambda: answers(place.redis, "PING").startswith("-LOADING"))
    with pytest.raises(StoreUnavailable, match="is starting and reads its data"):
        await submit(store)
    await asyncio.to_thread(place.redis.until_it_answers)
    assert (await submit(store)).created
    assert await jobs_in(store) == 1_001


def answers(redis: RedisServer, *words: str) -> str:
    with contextlib.suppress(OSError):
        return redis.ask(*words)
    return ""


async def test_a_server_that_is_busy_with_a_script_says_so(place: Place) -> None:
    store = await place.store()
    await submit(store)
    place.redis.ask("CONFIG", "SET", "lua-time-limit", "100")
    with endless_script(place.redis):
        until(lambda: place.redis.ask("PING").startswith("-BUSY"))
        with pytest.raises(StoreUnavailable, match="is busy with somebody's script"):
            await submit(store)
        place.redis.ask("SCRIPT", "KILL")
    assert (await submit(store)).created


@contextlib.contextmanager
def endless_script(redis: RedisServer) -> Iterator[None]:
    with socket.create_connection(("127.0.0.1", redis.port)) as connection:
        text = b"while true do end"
        connection.sendall(b"*3\r\n$4\r\nEVAL\r\n$%d\r\n%b\r\n$1\r\n0\r\n" % (len(text), text))
        yield


async def test_a_server_that_misses_replicas_says_so(place: Place) -> None:
    store = await place.store()
    place.redis.ask("CONFIG", "SET", "min-replicas-to-write", "1")
    with pytest.raises(StoreUnavailable, match="has fewer replicas than min-replicas-to-write"):
        await submit(store)
    place.redis.ask("CONFIG", "SET", "min-replicas-to-write", "0")
    assert (await submit(store)).created


async def test_a_server_that_is_not_there_is_named(place: Place) -> None:
    store = await place.store()
    place.redis.kill()
    with pytest.raises(StoreUnavailable, match=f"no Redis answers at redis://127.0.0.1:{place.redis.port}/0"):
        await submit(store)
    place.redis.start()
    assert (await submit(store)).created


async def test_what_was_held_before_everything_was_deleted_is_lost_without_harm(place: Place) -> None:
    store = await place.store()
    await submit(store)
    [claimed] = (await turn(store)).claimed
    place.redis.ask("FLUSHALL")
    assert list((await store.extend(worker_info("w"), [claimed.lease], 15.0)).leases) == [LeaseState.LOST]
    assert list((await turn(store, Outcome.completed(claimed.lease, "1"))).accepted) == [False]
    assert (await submit(store)).created
    assert await jobs_in(store) == 1


async def test_jobs_are_stored_once_though_connections_are_cut_all_the_time(place: Place) -> None:
    store = await place.store()
    jobs = [new_job() for _ in range(300)]
    ended = asyncio.Event()

    async def cut() -> None:
        while not ended.is_set():
            await asyncio.to_thread(place.redis.ask, "CLIENT", "KILL", "TYPE", "normal")
            await asyncio.sleep(0.005)

    cutting = asyncio.create_task(cut())
    for start in range(0, 300, 10):
        await asyncio.gather(*[store.submit([job]) for job in jobs[start : start + 10]])
    ended.set()
    await cutting
    assert await jobs_in(store) == 300
    assert {job.id for job in (await turn(store, want=300)).claimed} == {job.id for job in jobs}


@pytest.mark.parametrize("login", ["ferryman:wr0ng@", ":wr0ng@", ""])
async def test_a_user_that_is_refused_is_told_without_its_password(place: Place, login: str) -> None:
    place.redis.ask("ACL", "SETUSER", "ferryman", "on", ">secret", *rights())
    place.redis.ask("CONFIG", "SET", "requirepass", "sesame")
    with pytest.raises(StoreMisconfigured, match="refuses this user") as caught:
        await place.store(f"redis://{login}127.0.0.1:{place.redis.port}/0")
    assert "wr0ng" not in str(caught.value)


async def test_a_user_without_rights_is_told_which(place: Place) -> None:
    place.redis.ask("ACL", "SETUSER", "poor", "on", ">secret", "~other:*", "+@all")
    with pytest.raises(StoreMisconfigured, match="refuses this user"):
        await place.store(f"redis://poor:secret@127.0.0.1:{place.redis.port}/0")

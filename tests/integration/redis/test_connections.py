"""Connections: every way to a server works, none is left behind, and no caller gets another's answer."""

from __future__ import annotations

import asyncio
import gc
import random
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ferryman import failpoints
from ferryman.domain.errors import StoreMisconfigured, StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.domain.state import Operation, State
from ferryman.store.protocol import Store
from ferryman.store.query import Include
from ferryman.stores import open_store
from ferryman.stores.redis import calls
from ferryman.stores.redis.address import parse_address
from ferryman.stores.redis.links import MOST_CONNECTIONS, link_to
from tests.integration.redis.place import Place, jobs_in, new_job, submit, turn
from tests.servers.redis_cluster import RedisCluster, until
from tests.servers.redis_sentinel import RedisSentinel
from tests.servers.redis_server import RELAXED, RedisServer
from tests.servers.running import running, running_cluster, running_sentinel

PASSWORD = "p@ss/w?rd #%:+&=é"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[RedisServer]:
    """A server with a password and a socket."""
    folder = tmp_path / "redis"
    server = RedisServer(folder, settings=(*RELAXED, "--requirepass", PASSWORD, "--unixsocket", str(folder / "sock")))
    yield server.start()
    server.stop()


def connections(server: RedisServer) -> int:
    """Return how many clients a server has: not counting the one that asks, sentinels (they have names), replicas."""
    clients = [
        dict(word.partition("=")[::2] for word in line.split()) for line in server.ask("CLIENT", "LIST").split("\n")
    ]
    return sum(
        client.get("name") == "" and client["cmd"] != "client|list" and client["flags"] in "NP" for client in clients
    )


async def works(store: Store) -> None:
    """Check that jobs, answers and signals come through."""
    hears = asyncio.create_task(store.wait(["queue:default"], 20))
    await hears  # the first wait returns once the signals come
    hears = asyncio.create_task(store.wait(["queue:default"], 20))
    assert (await submit(store)).created
    await asyncio.wait_for(hears, 10)
    assert len((await turn(store)).claimed) == 1


# --- ways to a server


async def test_a_socket_and_a_password_of_special_characters(guarded: RedisServer) -> None:
    store = open_store(f"unix://:{quote(PASSWORD, safe='')}@{guarded.folder}/sock?db=3")
    await store.open()
    await works(store)
    await store.close()
    store = open_store(f"redis://default:{quote(PASSWORD, safe='')}@127.0.0.1:{guarded.port}/3")
    await store.open()
    assert await jobs_in(store) == 1, "the socket leads elsewhere, or its option db does"
    await store.close()


@pytest.mark.parametrize("login", ["", ":wrong-secret@", "nobody:wrong-secret@"])
async def test_a_wrong_password_is_told_and_not_shown(guarded: RedisServer, login: str) -> None:
    store = open_store(f"redis://{login}127.0.0.1:{guarded.port}")
    with pytest.raises(StoreMisconfigured, match="refuses this user") as caught:
        await store.open()
    assert "wrong-secret" not in f"{caught.value}{caught.value.__cause__!r}"


async def test_a_socket_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(calls, "PATIENCE", 0.0)
    store = open_store(f"unix://{tmp_path}/sock")
    with pytest.raises(StoreUnavailable, match=r"no Redis answers at unix:///.*/sock: .*No such file"):
        await store.open()


async def test_databases_do_not_mix(place: Place) -> None:
    first, second = await place.store(), await place.store(f"redis://127.0.0.1:{place.redis.port}/1")
    job = new_job(key="same")
    assert [(await store.submit([job]))[0].created for store in (first, second)] == [True, True]
    assert await first.inspector.act(Operation.CANCEL, [job.id])
    assert [job.state for job in await second.inspector.get([job.id]) if job] == [State.PENDING]
    assert len((await turn(second)).claimed) == 1


async def test_prefixes_do_not_mix(place: Place) -> None:
    stores = [await place.store(f"{place.redis.url}?prefix={name}") for name in ("fm", "f", "fm.1", "other")]
    for number, store in enumerate(stores):
        for _ in range(number + 1):
            await submit(store, queue=f"q{number}")
    await stores[0].inspector.pause("q1", True)
    assert [await jobs_in(store) for store in stores] == [1, 2, 3, 4]
    assert [len((await turn(store)).claimed) for store in stores] == [1, 2, 3, 4]
    assert len(await stores[1].inspector.queues()) == 1


async def test_signals_of_another_prefix_are_not_heard(place: Place) -> None:
    ours, theirs = await place.store(), await place.store(f"{place.redis.url}?prefix=other")
    await ours.wait(["queue:default"], 5)
    waiting = asyncio.create_task(ours.wait(["queue:default"], 5))
    await submit(theirs)
    # Signals come in order: when ours has come, theirs would have.
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await submit(ours)
    await waiting


@pytest.mark.parametrize("partitions", [1, 2, 3, 16, 100])
async def test_a_key_is_one_job_over_any_number_of_partitions(partitions: int) -> None:
    store = open_store(f"{running('redis-7.0').url}?prefix=k{secrets.token_hex(4)}&partitions={partitions}")
    await store.open()
    for number in range(20):
        answers = [await submit(store, key=f"key {number}") for _ in range(3)]
        assert [answer.created for answer in answers] == [True, False, False]
        assert len({answer.id for answer in answers}) == 1
    await store.close()


# --- none is left behind


def servers_of(kind: str, redis: RedisServer) -> tuple[str, list[RedisServer]]:
    """Return the URL and the servers of a topology."""
    servers: RedisSentinel | RedisCluster
    if kind == "alone":
        return redis.url, [redis]
    if kind == "sentinel":
        servers = running_sentinel()
        return servers.url, [*servers.servers, *servers.sentinels]
    servers = running_cluster()
    return servers.url, servers.nodes


@pytest.mark.parametrize("kind", ["alone", "sentinel", "cluster"])
async def test_a_store_that_was_closed_leaves_no_connection_and_no_task(kind: str, redis: RedisServer) -> None:
    url, servers = servers_of(kind, redis)
    tasks, before = asyncio.all_tasks(), [connections(server) for server in servers]
    store = open_store(f"{url}?prefix=c{secrets.token_hex(4)}")
    await store.open()
    await works(store)
    await asyncio.gather(*[submit(store) for _ in range(50)])
    assert sum(connections(server) for server in servers) > sum(before)
    waiting = asyncio.create_task(store.wait(["job:x"], 20))
    late = [asyncio.create_task(submit(store)) for _ in range(10)]
    await asyncio.sleep(0)
    await store.close()
    assert all(answer.created for answer in await asyncio.gather(*late)), "calls under way were cut off"
    await asyncio.gather(waiting, return_exceptions=True)
    assert asyncio.all_tasks() == tasks
    until(lambda: [connections(server) for server in servers] == before)
    with pytest.raises(StoreUnavailable, match="is closed"):
        await submit(store)


async def test_a_store_that_could_not_be_opened_leaves_no_connection(redis: RedisServer) -> None:
    redis.ask("CONFIG", "SET", "appendonly", "no")
    tasks, store = asyncio.all_tasks(), open_store(redis.url)
    with pytest.raises(StoreMisconfigured):
        await store.open()
    assert asyncio.all_tasks() == tasks
    until(lambda: connections(redis) == 0)


@pytest.mark.parametrize("kind", ["alone", "sentinel", "cluster"])
def test_a_store_whose_loop_is_gone_can_be_abandoned(kind: str, redis: RedisServer) -> None:
    """Without a warning of sockets that nobody closed: here that is an error."""
    url, servers = servers_of(kind, redis)
    before = [connections(server) for server in servers]
    store = open_store(f"{url}?prefix=a{secrets.token_hex(4)}")

    async def use(store: Store) -> None:
        await store.open()
        await works(store)
        await asyncio.gather(*[submit(store) for _ in range(10)])

    asyncio.run(use(store))
    store.abandon()
    until(lambda: [connections(server) for server in servers] == before)
    del store
    gc.collect()


# --- how many, and whose answer is whose


async def test_many_calls_share_few_connections(redis: RedisServer) -> None:
    store = open_store(redis.url)
    await store.open()
    job = await submit(store)
    found = await asyncio.gather(*[store.inspector.get([job.id]) for _ in range(200)])
    assert all(jobs[0] and jobs[0].id == job.id for jobs in found)
    assert 1 < connections(redis) <= MOST_CONNECTIONS
    await store.close()


async def cancel_some(tasks: Sequence[asyncio.Task[Any]], dice: random.Random) -> int:
    """Cancel calls at every stage, some at each step of the loop; return how many were cut off."""
    while under_way := [task for task in tasks if not task.done()]:
        for task in dice.sample(under_way, min(6, len(under_way))):
            task.cancel()
        for _ in range(dice.randrange(4)):
            await asyncio.sleep(0)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    return sum(isinstance(one, asyncio.CancelledError) for one in ended)


async def test_calls_that_were_cancelled_mix_up_no_answers(place: Place) -> None:
    store = await place.store()
    jobs = [new_job(args=f'{{"n":{n}}}') for n in range(100)]
    await store.submit(jobs)

    async def args_of(job: NewJob) -> str | None:
        [found] = await store.inspector.get([job.id], frozenset([Include.ARGS]))
        return found.args if found else None

    dice = random.Random(1)
    for _ in range(5):
        assert await cancel_some([asyncio.create_task(args_of(job)) for job in jobs], dice) > 5
        assert await asyncio.gather(*map(args_of, jobs)) == [job.args for job in jobs]


async def test_calls_that_were_cut_off_mix_up_no_answers_in_whatever_order_they_were_sent(redis: RedisServer) -> None:
    """The calls above may be sent again; these are not."""
    link = link_to(parse_address(redis.url))
    dice = random.Random(1)

    async def echo(number: int) -> int:
        [reply] = await link.send("", [("ECHO", number)], in_order=bool(dice.randrange(2)))
        return int(reply)

    for _ in range(5):
        assert await cancel_some([asyncio.create_task(echo(number)) for number in range(100)], dice) > 5
        assert await asyncio.gather(*map(echo, range(100))) == list(range(100))
    assert connections(redis) <= MOST_CONNECTIONS
    await link.close()


async def test_a_connection_whose_reply_is_still_on_its_way_is_not_used_again(redis: RedisServer) -> None:
    link = link_to(parse_address(redis.url))
    failpoints.arm("redis.sent:raise")
    with pytest.raises(failpoints.FailpointReached):
        await link.send("", [("BLPOP", "nothing", 1)])  # answers nil in a second, behind which the next would stand
    failpoints.arm(None)
    assert await link.send("", [("ECHO", "mine")]) == [b"mine"]
    await link.close()


async def test_jobs_line_up_as_they_were_submitted(place: Place) -> None:
    """Over connections of their own the small ones would be there first."""
    store = await place.store()
    jobs = [new_job(args='"' + size * "x" + '"') for size in (8_000_000, 1) * 3]
    await asyncio.gather(*[store.submit([job]) for job in jobs])
    assert [claimed.id for claimed in (await turn(store)).claimed] == [job.id for job in jobs]

"""The same refusals from every kind of server: each puts in its own words what stopped a script."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ferryman.domain.errors import StoreIncompatible, StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.domain.lease import LeaseState
from ferryman.domain.outcome import Outcome
from ferryman.store.protocol import Store
from tests.conformance.world import worker_info
from tests.integration.redis.place import Place, jobs_in, new_job, submit, turn
from tests.servers.redis_cluster import until


async def test_a_replica_is_named_and_a_promotion_is_waited_for(anywhere: Place) -> None:
    store = await anywhere.store()
    anywhere.redis.ask("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(StoreUnavailable, match="is a replica: if no failover is under way"):
        await submit(store)
    late = asyncio.create_task(submit(store))
    await asyncio.sleep(0.5)
    assert not late.done(), "it gave up at once"
    anywhere.redis.ask("REPLICAOF", "NO", "ONE")
    assert (await late).created
    assert await jobs_in(store) == 1


async def test_a_full_server_refuses_jobs_and_lets_workers_start_and_drain_it(anywhere: Place) -> None:
    store = await anywhere.store()
    await store.submit([new_job(args='{"text": "' + "x" * 500 + '"}') for _ in range(60)])
    used = int(anywhere.redis.ask("INFO", "memory").partition("used_memory:")[2].partition("\r")[0])
    # Just above what is used: the server says that it has room until the next job does not fit.
    anywhere.redis.ask("CONFIG", "SET", "maxmemory", str(used + 20_000))
    filled = [new_job(args='{"text": "' + "z" * 40_000 + '"}') for _ in range(20)]
    with pytest.raises(StoreUnavailable, match=r"is full \(maxmemory\): give it more"):
        await one_by_one(store, filled)
    stored = await jobs_in(store) - 60
    worker = await anywhere.store()
    done, outcomes = 0, list[Outcome]()
    while claimed := (await turn(worker, *outcomes, want=20)).claimed:
        pulse = await worker.extend(worker_info("w"), [job.lease for job in claimed], 15.0)
        assert set(pulse.leases) == {LeaseState.HELD}
        outcomes = [Outcome.completed(job.lease, '"' + "y" * 100 + '"') for job in claimed]
        done += len(claimed)
    assert done == 60 + stored
    anywhere.redis.ask("CONFIG", "SET", "maxmemory", "0")
    again = [(await store.submit([job]))[0].created for job in filled]
    assert again == [False] * stored + [True] * (20 - stored), "a refused submit had left something behind"


async def one_by_one(store: Store, jobs: Sequence[NewJob]) -> None:
    for job in jobs:
        await store.submit([job])


async def test_a_server_whose_disk_fails_says_so_and_takes_jobs_once_it_works(anywhere: Place) -> None:
    redis = anywhere.redis
    store = await anywhere.store()
    in_the_way = redis.folder / "dump.rdb"
    in_the_way.mkdir()
    redis.ask("CONFIG", "SET", "save", "3600 1")
    redis.ask("BGSAVE")
    until(lambda: "rdb_last_bgsave_status:err" in redis.ask("INFO", "persistence"))
    for refused in (submit(store), turn(store)):
        with pytest.raises(StoreUnavailable, match="cannot write to its disk"):
            await refused
    in_the_way.rmdir()
    assert redis.ask("SAVE") == "+OK"
    assert (await submit(store)).created
    assert await jobs_in(store) == 1


async def test_a_key_of_somebody_else_under_our_prefix_is_named(anywhere: Place) -> None:
    store = await anywhere.store()
    anywhere.redis.ask("SET", "{fm:0}:leases", "not ours")
    with pytest.raises(StoreIncompatible, match="keys of this prefix that are not Ferryman's"):
        await turn(store)


async def test_scripts_are_sent_again_to_a_server_that_forgot_them(anywhere: Place) -> None:
    store = await anywhere.store()
    await submit(store)
    anywhere.redis.ask("SCRIPT", "FLUSH")
    assert (await submit(store)).created
    anywhere.redis.kill()
    anywhere.redis.start()
    assert len((await turn(store)).claimed) == 2

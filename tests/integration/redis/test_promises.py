"""Promises: a server that would break one is refused, an unkept one is told, and doctor names the level."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ferryman import Ferryman, InvalidOption
from ferryman.domain.errors import StoreIncompatible, StoreMisconfigured, StoreUnavailable
from ferryman.store.messages import WorkerInfo
from ferryman.stores import open_store
from ferryman.stores.redis import promises
from ferryman.version import __version__
from tests.integration.api.site import make_ferry, open_site, problem
from tests.integration.redis.place import Place, jobs_in, new_job, submit
from tests.servers.redis_cluster import until
from tests.servers.redis_server import EVERYSEC, RELAXED, VOLATILE, RedisServer


@pytest.fixture
def volatile(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "volatile", settings=VOLATILE).start()
    yield server
    server.stop()


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "replica", settings=(*RELAXED, "--repl-diskless-sync-delay", "0")).start()
    yield server
    server.stop()


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replicas that are not there are not waited for so long."""
    monkeypatch.setattr(promises, "CONFIRM_WITHIN", 100)


def attach(replica: RedisServer, master: RedisServer) -> None:
    master.ask("CONFIG", "SET", "repl-diskless-sync-delay", "0")
    assert replica.ask("REPLICAOF", "127.0.0.1", str(master.port)) == "+OK"
    until(lambda: "state=online" in master.ask("INFO", "replication"))


async def refused(kind: type[Exception], url: str, **said: Any) -> str:
    with pytest.raises(kind) as caught:
        await open_store(url, **said).open()
    return str(caught.value)


# --- servers that would break a promise


async def test_a_server_that_keeps_nothing_is_refused_unless_that_is_accepted(volatile: RedisServer) -> None:
    text = await refused(StoreMisconfigured, volatile.url)
    assert "redis-server --appendonly yes" in text
    assert "--allow-volatile" in text
    assert "FERRYMAN_ALLOW_VOLATILE=1" in text
    store = open_store(volatile.url, allow_volatile=True)
    await store.open()
    assert (await submit(store)).created
    await store.close()


@pytest.mark.parametrize("policy", ["allkeys-lru", "allkeys-random"])
async def test_a_server_that_throws_jobs_away_is_refused(redis: RedisServer, policy: str) -> None:
    redis.ask("CONFIG", "SET", "maxmemory-policy", policy)
    store = open_store(redis.url)
    await store.open()  # without a limit nothing is thrown away
    await store.close()
    redis.ask("CONFIG", "SET", "maxmemory", "100mb")
    for said in ({}, {"allow_volatile": True}):
        text = await refused(StoreMisconfigured, redis.url, **said)
        assert f"maxmemory-policy {policy}" in text
        assert "set maxmemory-policy noeviction" in text


async def test_syncs_that_a_server_cannot_confirm_are_refused(redis: RedisServer) -> None:
    assert "Redis 7.2 or later, or Valkey" in await refused(StoreMisconfigured, redis.url, fsync=True)


async def test_a_server_that_knows_when_it_has_synced_confirms_it(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "valkey", "valkey-9", EVERYSEC).start()
    store = open_store(server.url, fsync=True)
    await store.open()
    job = new_job()
    assert [answer.created for answer in await store.submit([job])] == [True]
    server.kill()
    server.start()
    assert [answer.created for answer in await store.submit([job])] == [False]
    await store.close()
    server.ask("CONFIG", "SET", "appendonly", "no")
    text = await refused(StoreMisconfigured, server.url, fsync=True, allow_volatile=True)
    assert "with appendonly yes" in text
    server.stop()


# --- replicas


async def test_a_replica_that_is_not_there_is_told_and_asked_again(
    place: Place, replica: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "CONFIRM_WITHIN", 100)
    store, job = await place.store(replicas=1), new_job()
    with pytest.raises(StoreUnavailable, match=r"0 of 1 replicas .* it is stored, but .* submit the same again"):
        await store.submit([job])
    assert await jobs_in(store) == 1
    with pytest.raises(StoreUnavailable, match="0 of 1 replicas"):
        await store.submit([job])
    attach(replica, place.redis)
    monkeypatch.undo()
    [answer] = await store.submit([job])
    assert (answer.id, answer.created) == (job.id, False)
    assert (await submit(store)).created


@pytest.mark.usefixtures("brief")
async def test_a_job_says_for_itself_how_many_replicas_must_have_it(place: Place) -> None:
    careful, plain = await place.store(replicas=1), await place.store()
    assert (await submit(careful, replicas=0)).created
    for store, asked in ((plain, 2), (careful, 2)):
        with pytest.raises(StoreUnavailable, match=f"0 of {asked} replicas"):
            await submit(store, replicas=asked)
    # Of jobs that travel together the most careful one decides.
    with pytest.raises(StoreUnavailable, match="0 of 1 replicas"):
        await plain.submit([new_job(), new_job(replicas=1), new_job(replicas=0)])
    assert (await submit(plain)).created


@pytest.mark.usefixtures("brief")
async def test_the_option_of_a_submit_comes_before_the_setting(place: Place) -> None:
    ferry = Ferryman(place.redis.url, replicas=1)

    @ferry.task
    async def work() -> None: ...

    async with ferry:
        with pytest.raises(StoreUnavailable, match="0 of 1 replicas"):
            await work.submit()
        assert (await work.options(replicas=0).submit()).created


async def test_replicas_of_a_file_are_the_caller_s_mistake() -> None:
    ferry = make_ferry()
    async with open_site(ferry) as site:
        answer = await site.client.post("/submit-job", json={"task": "send_email", "replicas": 1})
        assert "replicas" in str(problem(answer, 422, "invalid_option"))
        with pytest.raises(InvalidOption, match="a SQLite file has none"):
            await ferry.tasks["send_email"].options(replicas=1).submit()


# --- what is noted of the store


async def test_a_wrong_number_of_partitions_is_told_the_right_one(place: Place) -> None:
    await submit(await place.store(f"{place.redis.url}?partitions=3"))
    text = await refused(StoreMisconfigured, f"{place.redis.url}?partitions=4")
    assert "put partitions=3 into it" in text
    assert "put partitions=3 into it" in await refused(StoreMisconfigured, place.redis.url)
    await place.store(f"{place.redis.url}?partitions=4&prefix=other")


async def test_jobs_of_a_newer_version_are_left_alone(place: Place) -> None:
    await place.store()
    place.redis.ask("HSET", "{fm:0}:format", "version", "2")
    assert "written by a newer version of Ferryman: upgrade this one" in await refused(
        StoreIncompatible, place.redis.url
    )


# --- doctor


def doctor(server: RedisServer, folder: Path) -> tuple[int, dict[str, Any]]:
    """Run the command and return its exit code and what it says."""
    command = [sys.executable, "-m", "ferryman", "doctor", "--url", server.url, "-o", "json", "--no-retry"]
    known = {name: value for name, value in os.environ.items() if not name.startswith("FERRYMAN_")}
    ran = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, timeout=30)
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def errors(said: dict[str, Any]) -> str:
    return " ".join(f"{one['what']} ({one['fix']})" for one in said["findings"] if one["level"] == "error")


async def test_doctor_is_content_with_a_safe_server_and_a_worker(place: Place, tmp_path: Path) -> None:
    place.redis.ask("CONFIG", "SET", "appendfsync", "everysec")
    store = await place.store()
    await store.extend(WorkerInfo("w", "host", 1, __version__, (), ("work",), 5), [], 60.0)
    code, said = doctor(place.redis, tmp_path)
    assert (code, said["level"]) == (0, "redis-everysec")
    assert {finding["level"] for finding in said["findings"]} == {"ok"}


def test_doctor_fails_where_nothing_is_kept(volatile: RedisServer, tmp_path: Path) -> None:
    code, said = doctor(volatile, tmp_path)
    assert (code, said["level"]) == (1, "redis-none")
    assert "the append-only file is off" in errors(said)
    assert "appendonly yes" in errors(said)


@pytest.mark.parametrize("fsync", ["always", "everysec", "no"])
async def test_health_names_the_level(place: Place, fsync: str) -> None:
    place.redis.ask("CONFIG", "SET", "appendfsync", fsync)
    health = await (await place.store()).inspector.health()
    assert health.level == f"redis-{fsync}"
    assert [f.fix for f in health.findings if f.level == "warning"] == (
        ["CONFIG SET appendfsync everysec"] if fsync == "no" else []
    )


async def test_health_warns_of_memory(place: Place) -> None:
    store = await place.store()
    for name, value in (("maxmemory-policy", "volatile-lru"), ("maxmemory", "100mb")):
        place.redis.ask("CONFIG", "SET", name, value)
    found = {f.what: f for f in (await store.inspector.health()).findings}
    assert any(f.level == "warning" and "volatile-lru" in what for what, f in found.items())
    place.redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    found = {f.what: f for f in (await store.inspector.health()).findings}
    assert any(f.level == "error" and "throw jobs away" in what for what, f in found.items())
    place.redis.ask("CONFIG", "SET", "maxmemory", "1mb")
    assert any("% full" in f.what for f in (await store.inspector.health()).findings)

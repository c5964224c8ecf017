"""A place beside a store: the same kind of store, which sees nothing of the other, and of which nothing is left."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pytest

from ferryman import Ferryman
from ferryman.domain.errors import StoreMisconfigured
from ferryman.store.messages import Count
from ferryman.store.scratch import Spent
from ferryman.stores import open_store, scratch_beside
from ferryman.stores.redis.scratch import numbers_of
from tests.servers.redis_server import RedisServer
from tests.servers.running import running, running_cluster, running_sentinel


def _redis() -> tuple[str, Iterable[RedisServer]]:
    return running("redis-7.0").url, [running("redis-7.0")]


def _cluster() -> tuple[str, Iterable[RedisServer]]:
    return running_cluster().url, running_cluster().nodes


def _sentinel() -> tuple[str, Iterable[RedisServer]]:
    return running_sentinel().url, running_sentinel().servers


SERVERS: dict[str, Callable[[], tuple[str, Iterable[RedisServer]]]] = {
    "redis": _redis,
    "cluster": _cluster,
    "sentinel": _sentinel,
}


def nothing() -> None: ...


async def counts(ferry: Ferryman) -> list[Count]:
    return await (await ferry.connections.here()).store.inspector.counts()


@pytest.fixture(params=["sqlite", *SERVERS])
async def theirs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ferryman]:
    """A store that somebody uses."""
    prefix = f"t{secrets.token_hex(6)}"
    sqlite = request.param == "sqlite"
    ferry = Ferryman(f"sqlite:///{tmp_path}/jobs.db" if sqlite else f"{SERVERS[request.param]()[0]}?prefix={prefix}")
    await ferry.submit("theirs")
    yield ferry
    await ferry.close()


async def test_neither_sees_the_other_and_nothing_is_left(
    theirs: Ferryman, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    scratch = scratch_beside(theirs.settings.url)
    assert await scratch.has_neighbour()
    scratch.make()
    ours = Ferryman(scratch.url)
    tasks = [ours.task(name=f"t{number}")(nothing) for number in range(3)]
    await ours.submit([tasks[number % 3].job() for number in range(900)])
    assert sorted(count.jobs for count in await counts(ours)) == [300, 300, 300]
    assert [(count.task, count.jobs) for count in await counts(theirs)] == [("theirs", 1)]
    await ours.close()
    await scratch.clear()
    assert [(count.task, count.jobs) for count in await counts(theirs)] == [("theirs", 1)]
    kind = request.node.callspec.params["theirs"]
    if kind == "sqlite":
        assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == []
    else:
        name = scratch.shown.partition("{")[2]
        assert name.startswith("t")
        # A replica hears of it a moment later.
        masters = [server for server in SERVERS[kind]()[1] if "master" in server.ask("ROLE")]
        assert masters
        assert {server.ask("KEYS", f"{{{name}*") for server in masters} == {"*0"}


async def test_a_place_that_was_never_made_can_be_cleared(theirs: Ferryman) -> None:
    await scratch_beside(theirs.settings.url).clear()


async def test_there_is_no_neighbour_before_the_first_submit(tmp_path: Path) -> None:
    fresh = f"{running('redis-7.0').url}?prefix=t{secrets.token_hex(6)}"
    for url in (f"sqlite:///{tmp_path}/jobs.db", fresh):
        scratch = scratch_beside(url)
        assert not await scratch.has_neighbour()
        await scratch.clear()


async def test_a_server_tells_what_it_spent() -> None:
    scratch = scratch_beside(running("redis-7.0").url)
    before = await scratch.spent()
    assert await scratch.step() > 0
    after = await scratch.spent()
    assert before is not None
    assert after is not None
    assert after.since(before).commands >= 200
    await scratch.clear()


def test_what_was_spent_is_a_difference() -> None:
    assert Spent(3.0, 50.0).since(Spent(1.0, 20.0)) == Spent(2.0, 30.0)


def test_info_is_read_as_numbers() -> None:
    info = (
        "# CPU\r\nused_cpu_sys:1.5\r\nredis_version:7.0.15\r\ncmdstat_get:calls=7,usec=9\r\ncmdstat_set:calls=5,usec=1"
    )
    assert numbers_of(info) == {"used_cpu_sys": 1.5, "commands": 12.0}


@pytest.mark.parametrize("url", ["redis://h:6379/0", "redis://h?db=2&prefix=shop", "redis+cluster://a,b?partitions=4"])
def test_the_url_keeps_what_was_said(url: str) -> None:
    scratch = scratch_beside(url)
    place, _, query = scratch.url.partition("?")
    assert place == url.partition("?")[0]
    said = dict(pair.split("=") for pair in query.split("&"))
    assert said.pop("prefix").startswith("shop-bench-" if "shop" in url else "fm-bench-")
    assert all(f"{name}={value}" in url for name, value in said.items())
    assert ("partitions" in said, "db" in said) == ("partitions" in url, "db" in url)


@pytest.mark.parametrize("url", ["foo://h", "foo", "sqlite://host/file.db", "redis://h:1:2"])
def test_what_names_no_store_is_refused_as_a_store_is(url: str) -> None:
    with pytest.raises(StoreMisconfigured) as ours:
        scratch_beside(url)
    with pytest.raises(StoreMisconfigured) as theirs:
        open_store(url)
    assert str(ours.value) == str(theirs.value)


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreMisconfigured, match="does not exist"):
        scratch_beside(f"sqlite:///{tmp_path}/gone/jobs.db").make()

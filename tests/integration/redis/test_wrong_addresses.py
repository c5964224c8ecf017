"""A URL that leads to a server of another kind says so, in words that a person can act on, and no secret."""

from __future__ import annotations

import pytest

from ferryman.domain.errors import StoreError, StoreMisconfigured, StoreUnavailable
from ferryman.stores import open_store
from ferryman.stores.redis import calls
from tests.servers.redis_server import RELAXED, RedisServer, free_port
from tests.servers.running import running, running_cluster, running_sentinel


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not pass is told at the first try."""
    monkeypatch.setattr(calls, "PATIENCE", 0.0)


async def told(kind: type[StoreError], url: str) -> str:
    """Return what opening a store says."""
    with pytest.raises(kind) as caught:
        await open_store(url).open()
    return str(caught.value)


async def test_a_server_that_is_no_sentinel() -> None:
    text = await told(StoreMisconfigured, f"redis+sentinel://127.0.0.1:{running('redis-7.0').port}/jobs")
    assert text.endswith("is no sentinel: write redis:// instead of redis+sentinel://")


async def test_a_node_of_a_cluster() -> None:
    nodes = running_cluster().nodes
    # Only one of the masters has the slot of this prefix.
    urls = [f"redis://127.0.0.1:{node.port}/0?prefix=alone" for node in nodes[:2]]
    errors = []
    for url in urls:
        store = open_store(url)
        try:
            await store.open()
        except StoreMisconfigured as error:
            errors.append(str(error))
        await store.close()
    assert errors
    assert all(text.endswith("is part of a cluster: write redis+cluster:// instead") for text in errors)


async def test_a_master_that_the_sentinels_do_not_know() -> None:
    text = await told(StoreUnavailable, running_sentinel().url.replace("/jobs", "/other"))
    assert text.startswith("no sentinel at redis+sentinel://")
    assert text.endswith("/other/0 names a master")


async def test_sentinels_that_are_away() -> None:
    url = f"redis+sentinel://ada:secret@127.0.0.1:{free_port()}/jobs?sentinel_password=secret"
    text = await told(StoreUnavailable, url)
    assert text.endswith("/jobs names a master")
    assert "secret" not in text


async def test_sentinels_that_refuse_the_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = RedisServer(tmp_path_factory.mktemp("redis"), settings=(*RELAXED, "--requirepass", "other")).start()
    url = f"redis+sentinel://127.0.0.1:{server.port}/jobs?sentinel_password=secret"
    text = await told(StoreUnavailable, url)
    server.stop()
    assert text.endswith("names a master (they refuse sentinel_username and sentinel_password)")
    assert "secret" not in text


async def test_nobody_there() -> None:
    port = free_port()
    assert f"no Redis answers at redis://127.0.0.1:{port}: " in await told(
        StoreUnavailable, f"redis://127.0.0.1:{port}"
    )

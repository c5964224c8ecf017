"""Streams while the store is away: they stay open, say that they live, and go on where they were."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ferryman import Context, Ferryman
from ferryman.api import stream
from ferryman.runtime import run_worker
from tests.integration.api.listener import Event, Listener, listening
from tests.integration.api.site import open_site
from tests.servers.redis_server import RedisServer

#: Nothing that was answered is lost when it is killed: what is followed must not be the server's own forgetting.
ALWAYS = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RedisServer]:
    made = RedisServer(tmp_path, settings=ALWAYS).start()
    yield made
    made.stop()


async def lives(listener: Listener, beats: int = 3) -> None:
    """Return when a stream has said some times that it lives, and nothing else."""
    listener.text = b""
    async with asyncio.timeout(20):
        while listener.text.count(b":\n\n") < beats:
            listener.text += await listener._come.get() or b""
    assert listener.text == b":\n\n" * listener.text.count(b":\n\n")


async def test_redis_is_killed_and_comes_back_while_jobs_are_followed(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.2)
    ferry, go_on = Ferryman(server.url), asyncio.Event()

    @ferry.task
    async def count(context: Context) -> str:
        """Count, with a pause in between."""
        context.log("0")
        await go_on.wait()
        for number in range(1, 30):
            context.log(str(number))
            await asyncio.sleep(0.02)
        return "done"

    async with open_site(ferry) as site:
        job_id = await site.submit("count")
        working = asyncio.create_task(run_worker(ferry, burst=True))
        path = f"/v1/jobs/{job_id}/events"
        async with listening(site.application, path) as listener, listening(site.application, "/v1/events") as page:
            told = [found async for found in _until_log(listener)]
            server.kill()
            await lives(listener)
            async for found in page.events():
                if found.data["trouble"]:
                    break
            assert "does not answer" in found.data["trouble"] or "Redis" in found.data["trouble"]
            refused = await site.client.get(path)
            assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
            await asyncio.to_thread(server.start)
            go_on.set()
            told += [found async for found in listener.events()]
            async for found in page.events():
                if not found.data["trouble"] and found.data["totals"]["jobs"] == {"completed": 1}:
                    break
        await working
    assert [found.data["message"] for found in told if found.kind == "log"] == [str(number) for number in range(30)]
    assert [found.kind for found in told if found.kind != "log"] == ["state", "state", "state", "result"]
    assert len({found.id for found in told}) == len(told)


async def _until_log(listener: Listener) -> AsyncIterator[Event]:
    async for found in listener.events():
        yield found
        if found.kind == "log":
            return

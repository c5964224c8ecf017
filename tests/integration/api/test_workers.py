"""A worker seen and told what to do over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ferryman.runtime import run_worker
from tests.integration.api.site import Site


@pytest.fixture
async def working(site: Site) -> AsyncIterator[asyncio.Task[None]]:
    """A worker that runs beside the test, for the queue `mail` alone."""
    running = asyncio.create_task(run_worker(site.ferry, queues=["mail"], concurrency=7))
    yield running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def announced(site: Site) -> str:
    """Wait until the worker has announced itself and return its id."""
    while True:
        if rows := (await site.client.get("/v1/workers")).json()["workers"]:
            return str(rows[0]["id"])
        await asyncio.sleep(0.01)  # it is not waited for by anybody else, so nothing tells of it


async def result(site: Site, job_id: str, wait: int) -> int:
    """Ask for a result, held for so many seconds; return the status code."""
    return (await site.client.get(f"/v1/jobs/{job_id}/result", headers={"Prefer": f"wait={wait}"})).status_code


async def test_a_worker_is_shown_with_what_it_serves(site: Site, working: asyncio.Task[None]) -> None:
    worker = (await site.client.get(f"/v1/workers/{await announced(site)}")).json()
    assert (worker["alive"], worker["quiet"], worker["slots"]) == (True, False, 7)
    assert (worker["queues"], worker["tasks"]) == (["mail"], ["send_email", "power", "fail"])
    assert (await site.client.get("/v1/stats")).json()["workers"] == {"alive": 1, "slots": 7, "busy": 0}


async def test_only_what_no_live_worker_can_run_is_unserved(site: Site, working: asyncio.Task[None]) -> None:
    await announced(site)
    assert await result(site, await site.submit(), 20) == 200
    await site.client.post("/v1/queues/mail/pause")  # a paused queue is served, though it has to wait
    await site.submit()
    await site.submit("power", args={"base": 1})
    stats = (await site.client.get("/v1/stats")).json()
    assert stats["unserved"] == [{"queue": "default", "task": "power", "pending": 1}]


async def test_a_quiet_worker_claims_nothing_more(site: Site, working: asyncio.Task[None]) -> None:
    worker = await announced(site)
    assert (await site.client.post(f"/v1/workers/{worker}/quiet")).json()["command"] == "quiet"
    while not (await site.client.get(f"/v1/workers/{worker}")).json()["quiet"]:  # noqa: ASYNC110  # see announced
        await asyncio.sleep(0.01)
    job_id = await site.submit()
    assert await result(site, job_id, 1) == 202
    await site.work()
    assert await result(site, job_id, 20) == 200


async def test_a_worker_is_stopped(site: Site, working: asyncio.Task[None]) -> None:
    worker = await announced(site)
    answer = await site.client.post(f"/v1/workers/{worker}/stop")
    assert (answer.status_code, answer.json()["command"]) == (200, "stop")
    await asyncio.wait_for(working, 20)
    assert (await site.client.get(f"/v1/workers/{worker}")).status_code == 404

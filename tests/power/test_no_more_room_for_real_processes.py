"""A server and a worker whose files may not grow: what a full disk is to them, made by a limit of the system."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from ferryman.domain.state import State
from tests.faults.site import Site, until

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no other process can be limited here")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    made = Site(tmp_path, f"sqlite:///{tmp_path}/jobs.db", lease=30)
    yield made
    await made.close()


def limit(pid: int, size: int) -> None:
    """Let no file of this process grow beyond a size."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def test_what_cannot_be_written_is_told_and_written_once_it_can(site: Site, tmp_path: Path) -> None:
    processes = [await site.server(), site.worker()]
    job = (await site.ferry.submit("hold", name="go")).id

    async def started() -> bool:
        return site.witnessed()[f"start {job}"] == 1

    async def told() -> bool:
        return "trying again" in (tmp_path / "worker-1.log").read_text()

    async def completed() -> bool:
        return (await site.job(job)).state is State.COMPLETED

    await until(started, "the job runs")
    for process in processes:
        limit(process.pid, os.path.getsize(tmp_path / "jobs.db-wal"))
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{site.port}", timeout=20) as client:
        refused = await client.post("/submit-job", json={"task": "quick", "args": {"number": 1}})
        assert refused.status_code == 503
        assert "the disk reports an error" in refused.json()["detail"]
        assert (await client.get(f"/job-status/{job}")).json()["status"] == "processing"
        (tmp_path / "go").touch()
        await until(told, "the worker says that it cannot finish")
        for process in processes:
            limit(process.pid, resource.RLIM_INFINITY)
        await until(completed, "the job is completed")
        assert (await client.post("/submit-job", json={"task": "quick", "args": {"number": 1}})).status_code == 200
    assert site.witnessed()[f"start {job}"] == 1, "it ran once"
    assert [process.poll() for process in processes] == [None, None]

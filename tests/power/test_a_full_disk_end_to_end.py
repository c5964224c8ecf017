"""A full disk as a client of the API and a worker meet it: told in words, waited out, and no restart needed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ferryman import Ferryman
from ferryman.runtime import run_worker
from tests.integration.api.site import Site, open_site, problem
from tests.power.disk import Disk, Kind, fine
from tests.power.trouble import full
from tests.power.vfs import mounted, unavailable

pytestmark = pytest.mark.skipif(bool(unavailable()), reason=unavailable())

#: Calls that a worker makes in vain before there is room again.
REFUSALS = 3


class FillingDisk(Disk):
    """A disk that a task fills up, and that has room again after some refusals."""

    def __init__(self) -> None:
        super().__init__(random.Random(0))
        self.refused = 0

    def fill(self) -> None:
        self.refused = 0
        self.fault = self._refuse

    def _refuse(self, kind: Kind, name: str, grows: bool) -> int | None:
        code = full(kind, name, grows)
        self.refused += code is not None
        if self.refused > REFUSALS:
            self.fault = fine
        return code


@pytest.fixture
def disk(tmp_path: Path) -> FillingDisk:
    return FillingDisk()


@pytest.fixture
async def site(tmp_path: Path, disk: FillingDisk) -> AsyncIterator[Site]:
    ferry = Ferryman(f"sqlite:///{tmp_path}/jobs.db")

    @ferry.task(retries=0)
    async def fill_up() -> str:
        disk.fill()
        return "done " + "x" * 9_000

    with mounted(disk, tmp_path):
        async with open_site(ferry) as opened:
            yield opened


async def test_a_submit_is_answered_by_503_and_succeeds_once_there_is_room(site: Site, disk: FillingDisk) -> None:
    before = await site.submit("fill_up")
    disk.fault = full
    # Room is left in the log for a small job or two.
    answers = [await site.client.post("/submit-job", json={"task": "fill_up"}) for _ in range(200)]
    body = problem(answers[-1], 503, "store_unavailable")
    assert "the disk is full; make room and the call will succeed" in body["detail"]
    assert "Retry-After" in answers[-1].headers
    stored = [before, *(answer.json()["job_id"] for answer in answers if answer.status_code == 200)]
    assert {(await site.status(job))["status"] for job in stored} == {"pending"}
    counted = (await site.client.get("/v1/queues")).json()
    assert counted["queues"][0]["jobs"]["pending"] == len(stored), "a refused submit was stored"
    disk.fault = fine
    await site.submit("fill_up")


async def test_a_finish_is_tried_again_until_there_is_room(site: Site, disk: FillingDisk) -> None:
    job = await site.submit("fill_up")
    async with asyncio.timeout(30):
        await run_worker(site.ferry, burst=True)
    status = await site.status(job)
    assert disk.refused > REFUSALS
    assert status["status"] == "completed"
    assert (await site.client.get(f"/v1/jobs/{job}")).json()["attempt"] == 1, "it ran once"

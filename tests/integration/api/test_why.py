"""Why a job waits, over HTTP and from Python."""

from __future__ import annotations

import pytest

from ferryman import JobHandle, JobNotFound
from tests.integration.api.site import Site, problem

NOBODY = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"


async def test_a_job_in_a_paused_queue_says_who_paused_it_and_what_would_help(site: Site) -> None:
    job_id = await site.submit()
    await site.client.post("/v1/queues/mail/pause")
    body = (await site.client.get(f"/v1/jobs/{job_id}/why")).json()
    assert (body["id"], body["state"], body["reason"], body["until"]) == (job_id, "pending", "queue_paused", None)
    assert body["detail"].startswith("Queue mail is paused by ")
    assert body["since"].endswith("Z")
    assert body["fix"] == "Resume it: ferryman queues resume mail"
    assert body["facts"]["ahead"] == 0


async def test_a_job_that_has_ended_says_how(site: Site) -> None:
    job_id = await site.submit("fail")
    await site.work()
    body = (await site.client.get(f"/v1/jobs/{job_id}/why")).json()
    assert body["reason"] == "final"
    assert "RuntimeError: out of luck" in body["detail"]


async def test_a_job_that_is_not_there_has_no_reason(site: Site) -> None:
    problem(await site.client.get(f"/v1/jobs/{NOBODY}/why"), 404, "job_not_found")
    problem(await site.client.get("/v1/jobs/7/why"), 422, "invalid_option")


async def test_python_is_told_the_same(site: Site) -> None:
    job_id = await site.submit()
    why = await JobHandle[str](site.ferry.connections, job_id).why()
    assert (why.reason, why.fix) == ("no_worker_for_queue", "Start one: ferryman worker -q mail")
    with pytest.raises(JobNotFound):
        await JobHandle[str](site.ferry.connections, NOBODY).why()

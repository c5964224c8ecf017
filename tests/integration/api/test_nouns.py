"""Tasks, queues, workers, statistics, probes and pages."""

from __future__ import annotations

import re

import httpx2
from fastapi import FastAPI

from ferryman.api import lifespan, router
from tests.integration.api.site import Site, make_ferry, pointers, problem


async def test_a_task_has_a_typed_route(site: Site) -> None:
    answer = await site.client.post("/v1/tasks/power/jobs?priority=7&tags=a&tags=b&delay=5m", json={"base": 3})
    job = (await site.client.get(answer.headers["location"] + "?include=args")).json()
    assert (answer.status_code, job["args"], job["priority"], job["tags"]) == (202, {"base": 3}, 7, ["a", "b"])
    told = problem(await site.client.post("/v1/tasks/power/jobs", json={}), 422, "invalid_arguments")
    assert pointers(told) == ["/base"]  # the body is the arguments
    problem(await site.client.post("/v1/tasks/send_email/jobs", content=b"null"), 422, "invalid_arguments")
    problem(await site.client.post("/v1/tasks/power/jobs?priorty=7", json={"base": 3}), 422, "unknown_parameter")
    problem(await site.client.post("/v1/tasks/power/jobs?priority=x", json={"base": 3}), 422, "invalid_option")
    problem(await site.client.post("/v1/tasks/powr/jobs", json={}), 422, "unknown_task")
    assert (await site.client.post("/v1/tasks/send_email/jobs")).status_code == 202


async def test_tasks_are_described(site: Site) -> None:
    await site.submit("power", args={"base": 3})
    tasks = {task["name"]: task for task in (await site.client.get("/v1/tasks")).json()["tasks"]}
    assert tasks.keys() == {"send_email", "power", "fail"}
    assert tasks["power"] == (await site.client.get("/v1/tasks/power")).json()
    assert tasks["power"]["signature"] == "power(base: int, exponent: int = 2) -> int"
    assert tasks["power"]["schema"]["required"] == ["base"]
    assert tasks["power"]["jobs"] == {"pending": 1}
    assert tasks["send_email"]["defaults"]["queue"] == "mail"
    problem(await site.client.get("/v1/tasks/powr"), 404, "task_not_found")


async def test_a_paused_queue_keeps_its_jobs_until_it_is_resumed(site: Site) -> None:
    job_id = await site.submit()
    paused = (await site.client.post("/v1/queues/mail/pause")).json()
    assert (paused["paused"], paused["jobs"]) == (True, {"pending": 1})
    await site.work()
    assert (await site.status(job_id))["status"] == "pending"
    assert (await site.client.post("/v1/queues/mail/resume")).json()["paused"] is False
    await site.work()
    assert (await site.status(job_id))["status"] == "completed"
    assert [queue["name"] for queue in (await site.client.get("/v1/queues")).json()["queues"]] == ["mail"]
    problem(await site.client.get("/v1/queues/mial"), 404, "queue_not_found")
    problem(await site.client.post("/v1/queues/a%20b/pause"), 422, "invalid_option")


async def test_workers_that_are_not_there_are_told(site: Site) -> None:
    assert (await site.client.get("/v1/workers")).json() == {"workers": []}
    problem(await site.client.get("/v1/workers/nobody"), 404, "worker_not_found")
    problem(await site.client.post("/v1/workers/nobody/stop"), 404, "worker_not_found")


async def test_statistics_tell_what_nobody_serves(site: Site) -> None:
    await site.submit()
    stats = (await site.client.get("/v1/stats")).json()
    assert (stats["jobs"], stats["queues"]) == ({"pending": 1}, {"mail": {"pending": 1}})
    assert stats["unserved"] == [{"queue": "mail", "task": "send_email", "pending": 1}]


async def test_probes_say_how_safe_a_job_is(site: Site) -> None:
    assert (await site.client.get("/livez")).json() == {"status": "ok"}
    assert (await site.client.get("/readyz")).json() == {
        "status": "ok", "store": "sqlite", "durability": "sqlite-full",
    }  # fmt: skip


async def test_a_closed_store_is_told_by_readiness_not_by_liveness(site: Site) -> None:
    client = await site.ferry.connections.here()
    await client.store.close()
    assert (await site.client.get("/livez")).status_code == 200
    problem(await site.client.get("/readyz"), 503, "store_unavailable")
    answer = await site.client.post("/submit-job", json={"task": "send_email"})
    assert "unknown" in problem(answer, 503, "store_unavailable")["detail"]
    assert answer.headers["retry-after"] == "1"
    reading = await site.client.get("/v1/stats")
    assert problem(reading, 503, "store_unavailable")["detail"].endswith("Nothing was changed: send it again.")


async def test_the_page_and_its_files_come_from_here_alone(site: Site) -> None:
    page = await site.client.get("/docs")
    names = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(names) == 4
    for name in names:
        assert "//" not in name
        assert (await site.client.get(f"/{name}")).status_code == 200
    assert "'unsafe-inline'" not in page.headers["content-security-policy"].split("script-src")[1].split(";")[0]
    assert "<script>" not in page.text


async def test_the_routes_answer_problems_in_any_application() -> None:
    ferry = make_ferry()
    application = FastAPI(lifespan=lifespan(ferry, worker=True))
    application.include_router(router(ferry), prefix="/jobs")
    async with application.router.lifespan_context(application):
        transport = httpx2.ASGITransport(application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            problem(await client.post("/jobs/submit-job", json={"task": "nope"}), 422, "unknown_task")
            problem(await client.get("/jobs/v1/jobs?limit=0"), 422, "invalid_parameter")
            answer = await client.post("/jobs/submit-job", json={"task": "power", "args": {"base": 5}})
            accepted = answer.json()
            assert answer.headers["location"] == f"/jobs/v1/jobs/{accepted['job_id']}"
            assert (await client.get(answer.headers["location"])).status_code == 200
            held = {"Prefer": "wait=20"}
            ended = (await client.get(f"/jobs/v1/jobs/{accepted['job_id']}/result", headers=held)).json()
            assert ended["result"] == 25


async def test_a_place_is_named_where_its_own_app_is_mounted() -> None:
    application = FastAPI()
    first, second = make_ferry(), make_ferry()
    application.include_router(router(first), prefix="/one")
    application.include_router(router(second), prefix="/zwei/f\u00e4hre")
    transport = httpx2.ASGITransport(application, root_path="/behind")
    async with first, second, httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        for prefix in ("/one", "/zwei/f%C3%A4hre"):
            for path, body in (
                ("/submit-job", {"task": "send_email"}),
                ("/v1/jobs", {"task": "send_email"}),
                ("/v1/tasks/send_email/jobs", {}),
            ):
                answer = await client.post(prefix + path, json=body)
                job_id = answer.json().get("job_id") or answer.json()["id"]
                assert answer.headers["location"] == f"/behind{prefix}/v1/jobs/{job_id}"
                status = await client.get(f"{prefix}/job-status/{job_id}")
                assert (status.status_code, status.headers["location"]) == (200, answer.headers["location"])

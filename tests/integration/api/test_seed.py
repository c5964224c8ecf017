"""The two endpoints that never change, to the letter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from tests.integration.api.site import Site, pointers, problem


async def test_a_job_is_submitted_by_the_name_of_its_task_alone(site: Site) -> None:
    answer = await site.client.post("/submit-job", json={"task": "send_email"})
    assert answer.status_code == 200
    assert answer.json().keys() == {"job_id"}
    assert UUID(answer.json()["job_id"]).version == 7
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['job_id']}"


async def test_its_status_has_four_members_and_follows_its_life(site: Site) -> None:
    job_id = await site.submit()
    assert await site.status(job_id) == {"job_id": job_id, "task": "send_email", "status": "pending", "retries": 0}
    await site.work()
    assert await site.status(job_id) == {"job_id": job_id, "task": "send_email", "status": "completed", "retries": 0}


async def test_failed_and_cancelled_jobs_are_failed(site: Site) -> None:
    failing, cancelled = await site.submit("fail"), await site.submit(delay="1h")
    await site.work()
    await site.client.post(f"/v1/jobs/{cancelled}/cancel")
    assert [(await site.status(job_id))["status"] for job_id in (failing, cancelled)] == ["failed", "failed"]


async def test_everything_else_is_optional(site: Site) -> None:
    options = {"queue": "q", "priority": 9, "delay": "5m", "timeout": 3, "retries": 1, "key": "k", "tags": ["t"]}
    job_id = await site.submit("power", args={"base": 3}, **options)
    job = (await site.client.get(f"/v1/jobs/{job_id}?include=args")).json()
    assert (job["queue"], job["priority"], job["timeout"], job["max_retries"]) == ("q", 9, 3, 1)
    assert (job["key"], job["tags"], job["state"], job["args"]) == ("k", ["t"], "scheduled", {"base": 3})
    assert await site.submit("power", args={"base": 4}, key="k") == job_id


async def test_curl_without_a_content_type_is_understood(site: Site) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await site.client.post("/submit-job", content='{"task": "send_email"}', headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer", "says"),
    [
        ('{"task": "send_mail"}', 422, "unknown_task", "/task", "Did you mean 'send_email'?"),
        ('{"task": 7}', 422, "invalid_task", "/task", "must be text"),
        ("{}", 422, "invalid_task", "/task", "task is missing"),
        ("[]", 422, "invalid_body", "", "must be a JSON object"),
        ('{"task": "send_email", "dealy": 3}', 422, "unknown_member", "/dealy", "Did you mean 'delay'"),
        ('{"task": "power"}', 422, "invalid_arguments", "/args/base", "Field required"),
        ('{"task": "power", "args": {"base": false}}', 422, "invalid_arguments", "/args/base", "valid integer"),
        ('{"task": "power", "args": {"base": "3"}}', 422, "invalid_arguments", "/args/base", "valid integer"),
        ('{"task": "power", "args": {"base": 3, "bse": 3}}', 422, "invalid_arguments", "/args/bse", "not permitted"),
        ('{"task": "power", "args": [3]}', 422, "invalid_arguments", "/args", "must be a JSON object"),
        ('{"task": "send_email", "priority": 10}', 422, "invalid_option", "/priority", "from 0 to 9, got 10"),
        ('{"task": "send_email", "priority": "5"}', 422, "invalid_option", "/priority", "whole number"),
        ('{"task": "send_email", "delay": -1}', 422, "invalid_option", "/delay", "must not be negative"),
        ('{"task": "send_email", "delay": "1 fortnight"}', 422, "invalid_option", "/delay", "is no duration"),
        ('{"task": "send_email", "delay": 1e300}', 422, "invalid_option", "/delay", "ten years"),
        ('{"task": "send_email", "run_at": "2030-01-01T00:00:00"}', 422, "invalid_option", "/run_at", "time zone"),
        ('{"task": "send_email", "retries": -1}', 422, "invalid_option", "/retries", "from 0 to"),
        ('{"task": "send_email", "tags": "x"}', 422, "invalid_option", "/tags", "list of texts"),
        ('{"task": "send_email", "key": "\\u0000"}', 422, "invalid_option", "/key", "printable"),
        ('{"task": "send_email", "key": "\\ud800"}', 422, "invalid_option", "/key", "printable"),
    ],
)
async def test_a_wrong_value_is_named_and_nothing_is_stored(
    site: Site, body: str, status: int, code: str, pointer: str, says: str
) -> None:
    told = problem(await site.client.post("/submit-job", content=body), status, code)
    assert pointers(told)[0] == pointer
    assert says in told["detail"] or says in told["errors"][0]["detail"]
    assert (await site.client.get("/v1/jobs")).json()["jobs"] == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        '{"task": ',
        "{'task': 'send_email'}",
        '{"task": "power", "args": {"base": NaN}}',
        '{"task": "power", "args": {"base": Infinity}}',
        "[" * 100_000,
        '{"task": "send_email", "args": ' + "[" * 90 + "]" * 90 + "}",
        b"\xff\xfe",
    ],
)
async def test_what_is_no_json_is_a_400(site: Site, body: str | bytes) -> None:
    problem(await site.client.post("/submit-job", content=body), 400, "malformed_json")


async def test_a_large_body_is_refused_announced_or_not(site: Site) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 10_000

    problem(await site.client.post("/submit-job", content=b" " * 2_000_000), 413, "body_too_large")
    problem(await site.client.post("/submit-job", content=chunks()), 413, "body_too_large")


async def test_a_job_that_is_not_there_and_an_id_that_is_none(site: Site) -> None:
    problem(await site.client.get("/job-status/01a20ceb-3809-7aa0-953a-b66e510c32dc"), 404, "job_not_found")
    problem(await site.client.get("/job-status/42"), 422, "invalid_option")


async def test_unknown_paths_and_methods_are_problems_too(site: Site) -> None:
    problem(await site.client.get("/nowhere"), 404, "not_found")
    problem(await site.client.put("/submit-job"), 405, "method_not_allowed")


async def test_big_integers_survive_both_ways(site: Site) -> None:
    base = 10**40 + 1
    job_id = await site.submit("power", args={"base": base})
    await site.work()
    job = (await site.client.get(f"/v1/jobs/{job_id}?include=args,result")).json()
    assert (job["args"], job["result"]) == ({"base": base}, base**2)


async def test_the_request_id_comes_back(site: Site) -> None:
    for path in ("/livez", "/job-status/42", "/nowhere"):
        answer = await site.client.get(path, headers={"X-Request-ID": "abc-123"})
        assert answer.headers["x-request-id"] == "abc-123"

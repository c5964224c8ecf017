"""The same request twice is one job; another request with the same key is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integration.api.site import Answer, Site, problem

ROUTES: list[tuple[str, Any, Any]] = [
    ("/submit-job", {"task": "power", "args": {"base": 2}}, {"task": "power", "args": {"base": 3}}),
    ("/v1/jobs", {"task": "power", "args": {"base": 2}}, {"task": "power", "args": {"base": 3}}),
    ("/v1/tasks/power/jobs", {"base": 2}, {"base": 3}),
    (
        "/v1/jobs/batch",
        {"jobs": [{"task": "power", "args": {"base": n}} for n in (1, 2)]},
        {"jobs": [{"task": "power", "args": {"base": n}} for n in (1, 3)]},
    ),
]


async def post(site: Site, path: str, body: Any, key: str = "key-1") -> Answer:
    return await site.client.post(path, json=body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(("path", "body", "other"), ROUTES)
async def test_a_repeated_request_gets_the_first_answer(site: Site, path: str, body: Any, other: Any) -> None:
    first, again = await post(site, path, body), await post(site, path, body)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(("path", "body", "other"), ROUTES)
async def test_another_body_with_the_same_key_is_refused(site: Site, path: str, body: Any, other: Any) -> None:
    await post(site, path, body)
    before = (await site.client.get("/v1/stats")).json()["jobs"]
    problem(await post(site, path, other), 422, "idempotency_conflict")
    assert (await post(site, path, other, "key-2")).status_code in (200, 202)
    assert before == {"pending": len(body.get("jobs", "1"))}


async def test_equal_requests_at_the_same_time_are_one_job(site: Site) -> None:
    answers = await asyncio.gather(*[post(site, "/submit-job", {"task": "send_email"}) for _ in range(20)])
    assert len({answer.json()["job_id"] for answer in answers}) == 1


async def test_a_key_that_is_none_is_refused(site: Site) -> None:
    problem(await post(site, "/submit-job", {"task": "send_email"}, "x" * 300), 422, "invalid_idempotency_key")


async def test_a_repeated_request_finds_its_job_after_the_end_and_not_after_the_job(site: Site) -> None:
    body = {"task": "power", "args": {"base": 2}}
    first = await post(site, "/v1/jobs", body)
    await site.work()
    again = await post(site, "/v1/jobs", body)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    await site.client.delete(first.headers["location"])
    other = await post(site, "/v1/jobs", body)
    assert other.json()["id"] != first.json()["id"]
    assert "idempotency-replayed" not in other.headers


async def test_a_relative_time_is_the_same_request_later(site: Site) -> None:
    body = {"task": "send_email", "delay": "1h"}
    assert (await post(site, "/submit-job", body)).json() == (await post(site, "/submit-job", body)).json()


async def test_the_wrong_jobs_of_a_batch_belong_to_what_was_asked(site: Site) -> None:
    def batch(wrong: str) -> dict[str, Any]:
        return {"jobs": [{"task": "send_email"}, {"task": wrong}]}

    first = await post(site, "/v1/jobs/batch", batch("x"))
    problem(await post(site, "/v1/jobs/batch", batch("y")), 422, "idempotency_conflict")
    assert (await post(site, "/v1/jobs/batch", batch("x"))).json() == first.json()

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


async def stored(site: Site) -> int:
    """Return how many jobs there are."""
    return sum((await site.client.get("/v1/stats")).json()["jobs"].values())


@pytest.mark.parametrize(("path", "body", "other"), ROUTES)
async def test_a_repeated_request_gets_the_first_answer(site: Site, path: str, body: Any, other: Any) -> None:
    first, again = await post(site, path, body), await post(site, path, body)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(("path", "body", "other"), ROUTES)
async def test_another_body_with_the_same_key_is_refused(site: Site, path: str, body: Any, other: Any) -> None:
    await post(site, path, body)
    problem(await post(site, path, other), 422, "idempotency_conflict")
    assert await stored(site) == len(body.get("jobs", "1"))
    assert (await post(site, path, other, "key-2")).status_code in (200, 202)


async def test_equal_requests_at_the_same_time_are_one_job(site: Site) -> None:
    answers = await asyncio.gather(*[post(site, "/submit-job", {"task": "send_email"}) for _ in range(20)])
    assert len({answer.json()["job_id"] for answer in answers}) == 1


async def test_a_key_holds_for_its_route(site: Site) -> None:
    body = {"task": "send_email"}
    seed, plain = await post(site, "/submit-job", body), await post(site, "/v1/jobs", body)
    typed, other = await post(site, "/v1/tasks/power/jobs", {"base": 1}), await post(site, "/v1/tasks/fail/jobs", {})
    ids = {seed.json()["job_id"], *(answer.json()["id"] for answer in (plain, typed, other))}
    assert len(ids) == await stored(site) == 4


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


def powers(*bases: Any, atomic: bool = False) -> dict[str, Any]:
    """A batch of powers; one whose base is no number is a wrong job."""
    return {"jobs": [{"task": "power", "args": {"base": base}} for base in bases], "atomic": atomic}


@pytest.mark.parametrize("atomic", [False, True])
@pytest.mark.parametrize("bases", [(1, 2, 3), (1,), (9, 1, 2, 3), (3, 2, 1)])
async def test_a_refused_batch_stores_none_of_its_jobs(site: Site, bases: tuple[int, ...], atomic: bool) -> None:
    # Seen red when each job of a batch was compared alone: what stood behind the end of the first batch was stored.
    await post(site, "/v1/jobs/batch", powers(1, 2, atomic=atomic))
    problem(await post(site, "/v1/jobs/batch", powers(*bases, atomic=atomic)), 422, "idempotency_conflict")
    assert await stored(site) == 2


async def test_two_batches_at_the_same_time_with_one_key_are_one_of_them(site: Site) -> None:
    batches = [powers(*range(size)) for size in (2, 3, 4)]
    answers = await asyncio.gather(*[post(site, "/v1/jobs/batch", body) for body in batches])
    [kept] = [answer for answer in answers if answer.status_code == 200]
    assert await stored(site) == len(kept.json()["jobs"])
    for refused in answers:
        assert refused is kept or problem(refused, 422, "idempotency_conflict")


async def test_a_batch_with_wrong_jobs_is_repeated_as_it_was(site: Site) -> None:
    wrong_between = powers(1, "x", 3)
    first = await post(site, "/v1/jobs/batch", wrong_between)
    again = await post(site, "/v1/jobs/batch", wrong_between)
    assert again.json() == first.json()
    assert await stored(site) == 2
    problem(await post(site, "/v1/jobs/batch", powers("x", 2, "x")), 422, "idempotency_conflict")
    all_wrong = await post(site, "/v1/jobs/batch", powers("x"), "key-2")
    assert "idempotency-replayed" not in all_wrong.headers


async def test_a_job_of_a_batch_that_becomes_right_moves_no_other(site: Site) -> None:
    # Seen red when only the right jobs were numbered: the last one ran twice.
    body = {"jobs": [{"task": "late"}, {"task": "send_email"}]}
    [wrong, sent] = (await post(site, "/v1/jobs/batch", body)).json()["jobs"]
    assert wrong["problem"]["code"] == "unknown_task"
    site.ferry.task(name="late")(lambda: None)
    [late, again] = (await post(site, "/v1/jobs/batch", body)).json()["jobs"]
    assert again == sent
    assert late["created"] is True
    assert (await site.client.get(f"/v1/jobs/{late['id']}")).json()["task"] == "late"
    assert await stored(site) == 2


async def test_a_new_request_for_a_known_job_is_no_replay(site: Site) -> None:
    known = await site.submit(key="welcome")
    body = {"task": "send_email", "options": {"key": "welcome"}}
    first, again = await post(site, "/v1/jobs", body), await post(site, "/v1/jobs", body)
    for answer in (first, again):
        assert (answer.status_code, answer.json()) == (202, {"id": known, "created": False})
        assert "idempotency-replayed" not in answer.headers


async def test_a_request_that_made_a_job_with_a_key_is_a_replay(site: Site) -> None:
    body = {"task": "send_email", "options": {"key": "welcome"}}
    first, again = await post(site, "/v1/jobs", body), await post(site, "/v1/jobs", body)
    assert (first.json()["created"], again.json()) == (True, first.json())
    assert again.headers["idempotency-replayed"] == "true"

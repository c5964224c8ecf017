"""`/v1/jobs`: submit, list, wait, act."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ferryman.domain.ids import job_id as make_id
from tests.integration.api.site import Site, pointers, problem


async def test_a_job_is_accepted_with_its_place(site: Site) -> None:
    answer = await site.client.post("/v1/jobs", json={"task": "power", "args": {"base": 2}, "options": {"priority": 9}})
    assert answer.status_code == 202
    job = (await site.client.get(answer.headers["location"])).json()
    assert (job["id"], job["priority"], job["state"]) == (answer.json()["id"], 9, "pending")


async def test_wrong_options_are_pointed_at(site: Site) -> None:
    body = {"task": "send_email", "options": {"priorty": 1}}
    assert pointers(problem(await site.client.post("/v1/jobs", json=body), 422, "unknown_member")) == [
        "/options/priorty"
    ]
    body = {"task": "send_email", "options": {"priority": 99}}
    assert pointers(problem(await site.client.post("/v1/jobs", json=body), 422, "invalid_option")) == [
        "/options/priority"
    ]


async def test_a_batch_tells_each_job_apart(site: Site) -> None:
    jobs = [{"task": "power", "args": {"base": 1}}, {"task": "power"}, {"task": "nope"}, 7]
    answers = (await site.client.post("/v1/jobs/batch", json={"jobs": jobs})).json()["jobs"]
    assert answers[0]["created"] is True
    assert [answer.get("problem", {}).get("code") for answer in answers] == [
        None, "invalid_arguments", "unknown_task", "invalid_body",
    ]  # fmt: skip
    assert pointers(answers[1]["problem"]) == ["/jobs/1/args/base"]


async def test_an_atomic_batch_is_all_or_nothing(site: Site) -> None:
    jobs = [{"task": "power", "args": {"base": 1}}, {"task": "power"}]
    told = problem(await site.client.post("/v1/jobs/batch", json={"jobs": jobs, "atomic": True}), 422, "invalid_batch")
    assert pointers(told) == ["/jobs/1/args/base"]
    assert (await site.client.get("/v1/jobs")).json()["jobs"] == []


@pytest.mark.parametrize("jobs", [[], [{"task": "send_email"}] * 1_001, "x", None])
async def test_a_batch_has_from_one_to_a_thousand_jobs(site: Site, jobs: Any) -> None:
    problem(await site.client.post("/v1/jobs/batch", json={"jobs": jobs}), 422, "invalid_body")


async def test_pages_walk_all_jobs_without_gap_or_double(site: Site) -> None:
    ids = [await site.submit(tags=["even" if n % 2 == 0 else "odd"]) for n in range(11)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await site.client.get(f"/v1/jobs?limit=3{cursor}")).json()
        seen += [job["id"] for job in page["jobs"]]
        await site.submit("power", args={"base": 1})  # what is added meanwhile stands before the first page
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert seen == ids[::-1]
    odd = (await site.client.get("/v1/jobs?query=tag:odd state:pending")).json()["jobs"]
    assert [job["id"] for job in odd] == ids[1::2][::-1]
    oldest = (await site.client.get("/v1/jobs?sort=submitted&task=send_email&limit=1")).json()["jobs"]
    assert [job["id"] for job in oldest] == ids[:1]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("state=nope", "invalid_option"),
        ("query=colour:red", "invalid_option"),
        ("cursor=rubbish", "invalid_option"),
        ("limit=0", "invalid_parameter"),
        ("limit=201", "invalid_parameter"),
        ("limit=x", "invalid_parameter"),
        ("sort=size", "invalid_option"),
    ],
)
async def test_a_wrong_question_is_told(site: Site, query: str, code: str) -> None:
    problem(await site.client.get(f"/v1/jobs?{query}"), 422, code)


async def test_a_result_is_202_until_the_end_and_a_failure_is_no_http_error(site: Site) -> None:
    good, bad = await site.submit("power", args={"base": 3}), await site.submit("fail")
    waiting = await site.client.get(f"/v1/jobs/{good}/result")
    assert (waiting.status_code, waiting.json()["state"]) == (202, "pending")
    await site.work()
    ended = await site.client.get(f"/v1/jobs/{good}/result")
    assert (ended.status_code, ended.json()["result"]) == (200, 9)
    failed = (await site.client.get(f"/v1/jobs/{bad}/result")).json()
    assert (failed["state"], failed["error"]["type"], failed["error"]["message"]) == (
        "failed", "RuntimeError", "out of luck",
    )  # fmt: skip


async def test_a_result_is_waited_for(site: Site) -> None:
    job_id = await site.submit("power", args={"base": 3})
    asking = asyncio.create_task(
        site.client.get(f"/v1/jobs/{job_id}/result", headers={"Prefer": "respond-async, wait=20"})
    )
    await site.work()
    answer = await asking
    assert (answer.status_code, answer.json()["result"]) == (200, 9)
    assert answer.headers["preference-applied"] == "wait=20"


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [('Wait = "0020"', "wait=20"), ("respond-async, wait=999999999999", "wait=60"), ("waits=2", "")],
)
async def test_a_preference_is_read_as_its_rfc_writes_it(site: Site, prefer: str, applied: str) -> None:
    job_id = await site.submit("power", args={"base": 3})
    await site.work()
    answer = await site.client.get(f"/v1/jobs/{job_id}/result", headers={"Prefer": prefer})
    assert answer.headers.get("preference-applied", "") == applied


async def test_a_held_request_ends_when_its_client_leaves(site: Site) -> None:
    path = f"/v1/jobs/{await site.submit()}/result"
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"prefer", b"wait=60")], "http_version": "1.1", "scheme": "http", "server": None, "client": None,
    }  # fmt: skip
    received = iter([{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(received)

    async def send(message: Any) -> None:
        sent.append(message)

    await asyncio.wait_for(site.application(scope, receive, send), 20)
    assert sent[0]["status"] == 202


async def test_a_job_that_retention_let_go_is_gone_and_one_that_never_was_is_not_found(site: Site) -> None:
    problem(await site.client.get(f"/v1/jobs/{make_id(1_000_000_000, 7)}/result"), 410, "result_gone")
    problem(await site.client.get(f"/v1/jobs/{make_id(4_000_000_000, 7)}/result"), 404, "job_not_found")


async def test_actions_answer_with_the_job_or_a_refusal(site: Site) -> None:
    job_id = await site.submit(delay="1h")

    async def post(action: str) -> Any:
        return await site.client.post(f"/v1/jobs/{job_id}/{action}")

    assert problem(await post("retry"), 409, "action_refused")["detail"].endswith("it is scheduled")
    assert (await post("run-now")).json()["state"] == "pending"
    assert (await post("cancel")).json()["state"] == "cancelled"
    problem(await post("cancel"), 409, "action_refused")
    assert (await post("retry")).json()["state"] == "pending"
    assert (await site.client.delete(f"/v1/jobs/{job_id}")).status_code == 204
    problem(await site.client.delete(f"/v1/jobs/{job_id}"), 404, "job_not_found")
    problem(await post("cancel"), 404, "job_not_found")


async def test_parts_are_included_when_asked_for(site: Site) -> None:
    job_id = await site.submit("power", args={"base": 3})
    await site.work()
    plain = (await site.client.get(f"/v1/jobs/{job_id}")).json()
    assert not {"args", "result", "attempts", "events"} & plain.keys()
    whole = (await site.client.get(f"/v1/jobs/{job_id}?include=args,result,attempts,events")).json()
    assert (whole["args"], whole["result"], whole["events"]) == ({"base": 3}, 9, [])
    assert [attempt["ending"] for attempt in whole["attempts"]] == ["completed"]
    problem(await site.client.get(f"/v1/jobs/{job_id}?include=argz"), 422, "invalid_option")

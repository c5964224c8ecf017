"""`POST /v1/bulk` and the purge of a queue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.api.site import Answer, Site, pointers, problem

NOBODY = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"


async def bulk(site: Site, **body: Any) -> Answer:
    return await site.client.post("/v1/bulk", json=body)


def told(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_a_dry_run_counts_and_shows_the_first_and_does_nothing(site: Site) -> None:
    ids = [await site.submit() for _ in range(7)]
    body = (await bulk(site, action="cancel", query="queue:mail", dry_run=True)).json()
    assert (body["action"], body["jobs"], body["exact"]) == ("cancel", 7, True)
    assert [job["id"] for job in body["sample"]] == ids[:1:-1]
    body = (await bulk(site, action="cancel", ids=[*ids, NOBODY], dry_run=True)).json()
    assert (body["jobs"], len(body["sample"])) == (7, 5)
    assert (await bulk(site, action="retry", ids=ids, dry_run=True)).json()["jobs"] == 0
    assert {(await site.status(job_id))["status"] for job_id in ids} == {"pending"}


async def test_what_a_query_finds_is_acted_on(site: Site) -> None:
    for _ in range(5):
        await site.submit("fail")
    other = await site.submit()
    await site.work()
    [last] = told(await bulk(site, action="retry", query="error:luck"))
    assert last == {"done": 5, "refused": 0, "gone": 0, "examined": 5, "finished": True}
    [last] = told(await bulk(site, action="delete", query="task:fail"))
    assert last["done"] == 5
    assert [job["id"] for job in (await site.client.get("/v1/jobs")).json()["jobs"]] == [other]


async def test_more_than_a_page_is_acted_on_in_steps(site: Site) -> None:
    body = {"jobs": [{"task": "send_email"}] * 1_000}
    for _ in range(3):
        await site.client.post("/v1/jobs/batch", json=body)
    lines = told(await bulk(site, action="delete", query="queue:mail"))
    assert len(lines) >= 3
    assert [line["done"] for line in lines] == sorted(line["done"] for line in lines)
    assert lines[-1]["done"] == 3_000
    assert [line for line in lines if "finished" in line] == [lines[-1]]


async def test_jobs_that_are_named_are_acted_on_where_their_state_allows_it(site: Site) -> None:
    one, two = await site.submit(), await site.submit(delay="1h")
    [last] = told(await bulk(site, action="run-now", ids=[one, two, two, NOBODY]))
    assert last == {"done": 1, "refused": 1, "gone": 1, "examined": 3, "finished": True}


@pytest.mark.parametrize(
    ("body", "pointer", "said"),
    [
        ({}, "/action", "there is no action None"),
        ({"action": "cancle", "query": "queue:x"}, "/action", "Did you mean 'cancel'"),
        ({"action": 7, "query": "queue:x"}, "/action", "There are: cancel, retry, run-now, delete"),
        ({"action": "submit", "query": "queue:x"}, "/action", "there is no action 'submit'"),
        ({"action": "cancel"}, "/query", "say which jobs"),
        ({"action": "cancel", "query": "queue:x", "ids": [NOBODY]}, "/query", "either ids, a list, or a query"),
        ({"action": "cancel", "query": ""}, "/query", "an empty query means every job"),
        ({"action": "cancel", "query": 7}, "/query", "query must be text"),
        ({"action": "cancel", "query": "queue:" + "x" * 1_000}, "/query", "at most 1000 characters"),
        ({"action": "cancel", "query": "state:failed"}, "/query", "cannot cancel jobs that are failed: it is for jobs"),
        ({"action": "cancel", "query": "failed"}, "/query", "Did you mean 'state:failed'"),
        ({"action": "cancel", "ids": []}, "/ids", "a list of 1 to 1000 ids"),
        ({"action": "cancel", "ids": NOBODY}, "/ids", "a list of 1 to 1000 ids"),
        ({"action": "cancel", "ids": [NOBODY] * 1_001}, "/ids", "use a query for more"),
        ({"action": "cancel", "ids": [NOBODY, "7"]}, "/ids/1", "'7' is no job id"),
        ({"action": "cancel", "ids": [NOBODY, None]}, "/ids/1", "is no job id"),
        ({"action": "cancel", "query": "queue:x", "dry_run": "yes"}, "/dry_run", "must be true or false, got 'yes'"),
    ],
)
async def test_what_makes_no_sense_is_refused_before_anything_is_done(
    site: Site, body: dict[str, Any], pointer: str, said: str
) -> None:
    await site.submit()
    answer = problem(await bulk(site, **body), 422, "invalid_option")
    assert pointers(answer) == [pointer]
    assert said in answer["detail"]
    assert (await site.client.get("/v1/stats")).json()["jobs"] == {"pending": 1}


async def test_an_unknown_member_and_a_body_that_is_none_are_refused(site: Site) -> None:
    answer = problem(await bulk(site, action="cancel", qery="queue:x"), 422, "unknown_member")
    assert "Did you mean 'query'" in answer["detail"]
    problem(await site.client.post("/v1/bulk", content=b"["), 400, "malformed_json")


async def test_a_purge_deletes_what_waits_and_leaves_the_rest(site: Site) -> None:
    ended = await site.submit()
    await site.work()
    for delay in (None, "1h"):
        await site.submit(delay=delay)
    other = await site.submit("power", args={"base": 2})
    [last] = told(await site.client.post("/v1/queues/mail/purge", json={"confirm": "mail"}))
    assert (last["done"], last["finished"]) == (2, True)
    jobs = (await site.client.get("/v1/jobs")).json()["jobs"]
    assert {job["id"] for job in jobs} == {ended, other}


async def test_a_purge_wants_the_name_once_more(site: Site) -> None:
    await site.submit()
    for body in ({"confirm": "mial"}, {"confirm": None}, {}):
        answer = problem(await site.client.post("/v1/queues/mail/purge", json=body), 422, "invalid_option")
        assert (pointers(answer), "confirm must be the name of the queue, 'mail'" in answer["detail"]) == (
            ["/confirm"],
            True,
        )
    answer = problem(await site.client.post("/v1/queues/mial/purge", json={"confirm": "mial"}), 404, "queue_not_found")
    assert "Did you mean 'mail'" in answer["detail"]
    assert (await site.client.get("/v1/stats")).json()["jobs"] == {"pending": 1}

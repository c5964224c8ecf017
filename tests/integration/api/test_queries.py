"""Finding and counting jobs over HTTP."""

from __future__ import annotations

import pytest

from tests.integration.api.site import Site, pointers, problem


async def found(site: Site, query: str, **params: str) -> list[str]:
    """Return the ids of the jobs that a query finds."""
    answer = await site.client.get("/v1/jobs", params={"query": query, **params})
    assert answer.status_code == 200, answer.text
    return [job["id"] for job in answer.json()["jobs"]]


async def test_a_query_finds_jobs_by_each_of_its_terms(site: Site) -> None:
    mail = await site.submit(key="welcome-42", tags=["red"])
    failed = await site.submit("fail")
    assert await found(site, mail) == [mail]
    assert mail in await found(site, f"id:{mail[:8]}")
    assert await found(site, "task:send_email key:welcome-42") == [mail]
    assert await found(site, "key:welcome-42", task="send_email") == [mail]
    assert await found(site, "after:1m") == [failed, mail]
    assert await found(site, "before:1m") == []
    await site.work()
    assert await found(site, 'error:"OUT OF luck"') == [failed]
    assert await found(site, "error:luck", state="scheduled") == []
    assert await found(site, "worker:nobody") == []


async def test_a_list_says_whether_jobs_were_looked_at_one_by_one(site: Site) -> None:
    await site.submit("fail")
    await site.work()
    indexed = (await site.client.get("/v1/jobs", params={"query": "state:failed"})).json()
    assert (len(indexed["jobs"]), indexed["scan"]) == (1, None)
    scanned = (await site.client.get("/v1/jobs", params={"query": "error:nowhere"})).json()
    assert (scanned["jobs"], scanned["scan"]) == ([], {"examined": 1, "complete": True})


async def test_jobs_are_counted(site: Site) -> None:
    await site.submit(tags=["red"])
    await site.submit("fail")
    await site.work()
    for query, jobs in (("", 2), ("state:failed", 1), ("tag:red", 1), ("tag:red state:failed", 0), ("error:luck", 1)):
        counted = (await site.client.get("/v1/jobs/count", params={"query": query})).json()
        assert counted == {"jobs": jobs, "exact": True}, query


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/jobs/count"])
async def test_a_query_that_is_none_says_what_would_be(site: Site, path: str) -> None:
    for query, option, said in (
        ("key:welcome-42", "query", "add task:NAME"),
        ("id:12", "id", "8 to 32 hexadecimal digits"),
        ("failed", "query", "Did you mean 'state:failed'"),
        ("after:soon", "after", "an age such as 2h"),
    ):
        body = problem(await site.client.get(path, params={"query": query}), 422, "invalid_option")
        assert said in body["detail"]
        assert pointers(body) == [f"/{option}"]

"""Failed jobs by their cause, over HTTP."""

from __future__ import annotations

from ferryman.store.failures import MOST_LISTED
from tests.integration.api.site import Site, problem


async def test_failures_are_grouped_and_the_group_is_a_query(site: Site) -> None:
    assert (await site.client.get("/v1/failures")).json() == {"groups": [], "more": False}
    ids = [await site.submit("fail") for _ in range(2)]
    await site.submit()
    await site.work()
    answer = (await site.client.get("/v1/failures")).json()
    [group] = answer["groups"]
    assert answer["more"] is False
    assert (group["task"], group["type"], group["jobs"]) == ("fail", "RuntimeError", 2)
    assert group["frame"] == "tests.integration.api.site:make_ferry.<locals>.fail"
    assert "luck" in group["message"]
    assert (len(group["hours"]), sum(group["hours"])) == (24, 2)
    assert group["first_seen"] <= group["last_seen"]
    query = {"query": f"failure:{group['id']}"}
    page = (await site.client.get("/v1/jobs", params=query)).json()
    assert sorted(job["id"] for job in page["jobs"]) == sorted(ids)
    assert {job["failure"] for job in page["jobs"]} == {group["id"]}
    assert page["scan"] is None
    assert (await site.client.get("/v1/jobs/count", params=query)).json() == {"jobs": 2, "exact": True}


async def test_a_group_is_retried_and_deleted_at_once(site: Site) -> None:
    for _ in range(3):
        await site.submit("fail")
    await site.work()
    [group] = (await site.client.get("/v1/failures")).json()["groups"]
    named = {"query": f"failure:{group['id']}"}
    dry = (await site.client.post("/v1/bulk", json={"action": "retry", "dry_run": True, **named})).json()
    assert (dry["jobs"], dry["exact"]) == (3, True)
    assert '"done":3' in (await site.client.post("/v1/bulk", json={"action": "retry", **named})).text.replace(" ", "")
    assert (await site.client.get("/v1/failures")).json()["groups"] == []
    await site.work()
    [again] = (await site.client.get("/v1/failures")).json()["groups"]
    assert (again["id"], again["jobs"]) == (group["id"], 3)
    await site.client.post("/v1/bulk", json={"action": "delete", **named})
    assert (await site.client.get("/v1/failures")).json()["groups"] == []


async def test_those_of_one_task_are_listed(site: Site) -> None:
    await site.submit("fail")
    await site.work()
    for task, number in (("fail", 1), ("power", 0), ("", 1)):
        assert len((await site.client.get("/v1/failures", params={"task": task})).json()["groups"]) == number
    problem(await site.client.get("/v1/failures?tsk=fail"), 422, "unknown_parameter")
    assert MOST_LISTED == 200


async def test_what_is_no_group_is_refused(site: Site) -> None:
    for query in ("failure:123", "failure:xyzxyzxyzxyzxyzx", "failure:0123456789abcdef state:pending"):
        told = problem(await site.client.get("/v1/jobs", params={"query": query}), 422, "invalid_option")
        assert "failure:" in told["detail"] or "16 hexadecimal digits" in told["detail"]
    assert (await site.client.get("/v1/jobs?query=failure:0123456789ABCDEF")).json()["jobs"] == []

"""`/v1/jobs/{id}/events`: all that becomes of a job, as it happens, and from wherever a client left."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from ferryman import Context, Ferryman
from ferryman.identity import new_job_id
from ferryman.runtime import run_worker
from tests.integration.api.listener import Event, listening
from tests.integration.api.site import Site, open_site, problem


async def all_of(site: Site, job_id: str, **headers: str) -> list[Event]:
    """Return every event of a job that ends."""
    async with listening(site.application, f"/v1/jobs/{job_id}/events", **headers) as listener:
        return [found async for found in listener.events()]


def telling() -> Ferryman:
    """Make an app with a task that says all that a task can say."""
    ferry = Ferryman("sqlite://")

    @ferry.task
    async def tell(context: Context) -> str:
        """Say things."""
        context.log("hello", n=1)
        context.progress(1, 2, "half")
        context.write("some ")
        context.write("words")
        return "done"

    return ferry


async def test_a_job_is_told_from_its_beginning_to_its_result() -> None:
    async with open_site(telling()) as site:
        job_id = await site.submit("tell")
        async with listening(site.application, f"/v1/jobs/{job_id}/events") as listener:
            first = await listener.event()
            assert first is not None
            assert (first.kind, first.data["state"]) == ("state", "pending")
            await site.work()
            rest = [found async for found in listener.events()]
            assert (listener.status, listener.headers["content-type"]) == (200, "text/event-stream")
        assert [found.kind for found in rest] == ["state", "log", "progress", "output", "state", "result"]
        assert rest[1].data | {"at": ""} == {"at": "", "attempt": 1, "message": "hello", "fields": {"n": 1}}
        assert rest[3].data | {"at": ""} == {"at": "", "attempt": 1, "text": "some words"}
        assert rest[5].data | {"at": ""} == {
            "at": "", "attempt": 1, "state": "completed", "result": "done", "error": None,
        }  # fmt: skip
        assert rest[5].data["at"].endswith("Z")
        assert await all_of(site, job_id) == [first, *rest]
        for number, event in enumerate(rest[:-1]):
            assert await all_of(site, job_id, Last_Event_ID=event.id) == rest[number + 1 :]


async def test_a_client_that_had_everything_is_told_not_to_come_again(site: Site) -> None:
    job_id = await site.submit("fail")
    await site.work()
    last = (await all_of(site, job_id))[-1]
    assert (last.kind, last.data["error"]["type"]) == ("result", "RuntimeError")
    answer = await site.client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": last.id})
    assert (answer.status_code, answer.content) == (204, b"")
    await site.client.post(f"/v1/jobs/{job_id}/retry")
    await site.work()
    again = await all_of(site, job_id, Last_Event_ID=last.id)
    assert [found.data["state"] for found in again] == ["pending", "processing", "failed", "failed"]


@pytest.mark.parametrize("after", ["x", "1.2", "9" * 90, "1.1.9"])
async def test_an_id_that_is_none_is_refused(site: Site, after: str) -> None:
    job_id = await site.submit()
    body = problem(await site.client.get(f"/v1/jobs/{job_id}/events?after={after}"), 422, "invalid_option")
    assert body["errors"][0]["pointer"] == "/after"
    headers = {"Last-Event-ID": after}
    problem(await site.client.get(f"/v1/jobs/{job_id}/events", headers=headers), 422, "invalid_option")


async def test_a_job_that_is_not_there_is_no_stream(site: Site) -> None:
    problem(await site.client.get(f"/v1/jobs/{new_job_id()}/events"), 404, "job_not_found")
    problem(await site.client.get("/v1/jobs/01890000-0000-7000-8000-000000000000/events"), 410, "result_gone")
    problem(await site.client.get("/v1/jobs/nonsense/events"), 422, "invalid_option")


async def test_a_job_that_is_deleted_while_it_is_followed_ends_the_stream(site: Site) -> None:
    job_id = await site.submit()
    async with listening(site.application, f"/v1/jobs/{job_id}/events") as listener:
        await listener.event()
        assert (await site.client.delete(f"/v1/jobs/{job_id}")).status_code == 204
        [last] = [found async for found in listener.events()]
    assert (last.kind, last.id) == ("gone", "")
    assert job_id in last.data["detail"]
    problem(await site.client.get(f"/v1/jobs/{job_id}/events"), 404, "job_not_found")


async def test_a_slow_reader_is_told_how_much_it_missed_and_holds_up_nobody() -> None:
    ferry = Ferryman("sqlite://")
    go_on = asyncio.Event()

    @ferry.task
    async def flood(context: Context) -> None:
        """Say more than is kept, in many small entries."""
        context.log("first")
        await go_on.wait()
        for number in range(20):
            for line in range(100):
                context.log(f"{number}.{line}")
            await asyncio.sleep(0.11)

    async with open_site(ferry) as site:
        job_id = await site.submit("flood")
        working = asyncio.create_task(run_worker(ferry, burst=True))
        path = f"/v1/jobs/{job_id}/events"
        async with listening(site.application, path) as slow, listening(site.application, path) as fast:
            async for found in slow.events("log"):
                assert found.data["message"] == "first"
                break
            slow.reads.clear()
            go_on.set()
            quick = [found async for found in fast.events()]
            slow.reads.set()
            late = [found async for found in slow.events()]
        await working
    assert "gap" not in [found.kind for found in quick]
    assert sum(found.kind == "log" for found in quick) == 2_001
    missed = sum(found.data["missed"] for found in late if found.kind == "gap")
    assert missed > 500
    assert missed + sum(found.kind == "log" for found in late) == 2_000
    assert late[-1].kind == "result"


async def test_clients_that_come_and_go_are_told_each_thing_once() -> None:
    ferry = Ferryman("sqlite://")

    @ferry.task
    async def count(context: Context) -> None:
        """Count."""
        for number in range(40):
            context.log(str(number))
            await asyncio.sleep(0.02)

    async def follow(site: Site, job_id: str, dice: random.Random) -> list[Event]:
        told: list[Event] = []
        while not told or told[-1].kind != "result":
            headers = {"Last_Event_ID": told[-1].id} if told else {}
            left = dice.randint(1, 12)
            async with listening(site.application, f"/v1/jobs/{job_id}/events", **headers) as listener:
                async for found in listener.events():
                    told.append(found)
                    left -= 1
                    if not left:
                        break
        return told

    async with open_site(ferry) as site:
        job_id = await site.submit("count")
        working = asyncio.create_task(run_worker(ferry, burst=True))
        stories: list[Any] = await asyncio.gather(
            *[follow(site, job_id, random.Random(seed)) for seed in range(10)], all_of(site, job_id)
        )
        await working
    for story in stories:
        assert [found.data["message"] for found in story if found.kind == "log"] == [str(n) for n in range(40)]
        assert [found.id for found in story] == [found.id for found in stories[-1]]

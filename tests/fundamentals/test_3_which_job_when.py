"""Chapter 3: order, delays, keys and cancelling."""

from __future__ import annotations

import pytest

from ferryman import ActionRefused, Context, Ferryman, InvalidOption
from ferryman.runtime import run_worker
from tests.fundamentals.conftest import Work


async def test_urgent_jobs_go_first_and_equals_keep_their_order(ferry: Ferryman) -> None:
    order: list[str] = []

    @ferry.task
    async def note(name: str) -> None:
        order.append(name)

    await note.submit("first")
    await note.submit("second")
    await note.options(priority=9).submit("urgent")
    await note.options(priority=0).submit("whenever")
    await run_worker(ferry, burst=True, concurrency=1)
    assert order == ["urgent", "first", "second", "whenever"]


async def test_a_delayed_job_waits_until_somebody_cannot(ferry: Ferryman, work: Work) -> None:
    @ferry.task
    async def remind() -> str:
        return "now"

    job = await remind.options(delay="1h").submit()
    assert (await job.info()).state == "scheduled"
    await job.run_now()
    await work()
    assert await job == "now"


async def test_the_same_key_gives_the_first_job_back(ferry: Ferryman) -> None:
    @ferry.task
    async def welcome(user: int) -> None: ...

    first = await welcome.options(key="welcome-42").submit(42)
    again = await welcome.options(key="welcome-42").submit(42)
    assert (first.created, again.created) == (True, False)
    assert again.id == first.id


async def test_a_waiting_job_can_be_cancelled_and_a_finished_one_not(ferry: Ferryman, work: Work) -> None:
    @ferry.task
    async def idle() -> None: ...

    waiting, done = await idle.options(delay="1h").submit(), await idle.submit()
    await work()
    await waiting.cancel()
    assert (await waiting.info()).state == "cancelled"
    with pytest.raises(ActionRefused, match="it is completed"):
        await done.cancel()


async def test_options_are_checked_where_they_are_written(ferry: Ferryman) -> None:
    @ferry.task
    async def idle() -> None: ...

    with pytest.raises(InvalidOption, match="priority must be from 0 to 9, got 11"):
        idle.options(priority=11)
    with pytest.raises(InvalidOption, match="delay must not be negative"):
        idle.options(delay=-5)


async def test_progress_log_lines_and_output_can_be_followed(ferry: Ferryman, work: Work) -> None:
    @ferry.task
    async def count(context: Context) -> None:
        context.log("counting", upto=2)
        for word in ("one", " ", "two"):
            context.write(word)
        context.progress(2, 2, "done")

    job = await count.submit()
    await work()
    assert (await job.info()).progress == '{"current": 2, "total": 2, "message": "done"}'
    store = (await ferry.connections.here()).store
    entries = await store.feed.read(job.id)
    assert [entry.kind for entry in entries] == ["log", "output", "progress"]
    assert entries[1].data == '{"text": "one two"}'

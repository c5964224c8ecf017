"""Poison among good jobs: it ends as the page says, all good jobs complete, and the worker stays useful."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ferryman import Job
from tests.faults import poison_tasks as tasks
from tests.faults.site import LEASE, Site, until

APP = "tests.faults.poison_tasks:ferry"
GOOD = 40
HUGE = 4 << 20
#: What fails by itself: the attempts it gets, the kind of its error, and what the error says.
FAILURES: list[tuple[Any, int, str, str]] = [
    (tasks.child_segfault, 2, "ProcessDied", "SIGSEGV"),
    (tasks.child_exit, 2, "ProcessDied", "9"),
    (tasks.child_memory, 2, "MemoryError", ""),
    (tasks.child_loop, 2, "TimeoutError", "longer than its timeout"),
    (tasks.endless, 2, "TimeoutError", "longer than its timeout"),
    (tasks.unserialisable, 1, "InvalidResult", "JSON cannot carry"),
    (tasks.half_character, 1, "InvalidResult", "JSON cannot carry"),
    (tasks.unspeakable, 2, "SilentError", "raised SystemExit"),
    (tasks.bottomless, 2, "RecursionError", "maximum recursion depth"),
]


async def submit_good(site: Site, count: int = GOOD) -> list[str]:
    # They may die with a worker as often as poison kills one: that it is not their fault, no store can know.
    jobs = [tasks.good.options(crashes=20).job(number=number) for number in range(count)]
    return [handle.id for handle in await site.ferry.submit(jobs)]


async def submit(site: Site, task: Any, **arguments: object) -> str:
    [handle] = await site.ferry.submit([task.job(**arguments)])
    return str(handle.id)


async def ended(site: Site, ids: list[str], within: float = 30) -> list[Job]:
    jobs: list[Job] = []

    async def all_final() -> bool:
        jobs[:] = [await site.job(job_id) for job_id in ids]
        return all(job.final for job in jobs)

    await until(all_final, "all jobs ended", within)
    return jobs


async def all_completed(site: Site, ids: list[str]) -> None:
    jobs = await ended(site, ids)
    assert [(job.status, job.result) for job in jobs] == [("completed", str(number)) for number in range(len(ids))]


async def test_what_fails_by_itself_hurts_nobody_else(site: Site) -> None:
    worker = site.worker(APP, "--concurrency", "8")
    before = await submit_good(site)
    poison = [await submit(site, task) for task, *_ in FAILURES]
    strange = [await submit(site, tasks.not_a_number), await submit(site, tasks.huge, size=HUGE)]
    after = await submit_good(site)
    await all_completed(site, before)
    await all_completed(site, after)
    for job, (task, attempts, kind, says) in zip(await ended(site, poison), FAILURES, strict=True):
        assert (job.task, job.status, job.attempt, job.crashes) == (task.name, "failed", attempts, 0), job.error
        assert job.error is not None
        error = json.loads(job.error)
        assert error["type"].endswith(kind), error
        assert says in error["message"], error
    numbers, text = await ended(site, strange)
    assert (numbers.status, numbers.result) == ("completed", "[1.0,null]")
    assert (text.status, len(text.result or "")) == ("completed", HUGE + 2)
    assert worker.poll() is None
    await all_completed(site, await submit_good(site, 4))


@pytest.mark.timeout(120)
async def test_what_kills_its_worker_spends_its_crashes_and_no_more(site: Site) -> None:
    site.worker(APP, "--processes", "2", "--concurrency", "4")
    poison = [await submit(site, task) for task in (tasks.segfault, tasks.deadly)]
    good = await submit_good(site)
    await all_completed(site, good)
    for job in await ended(site, poison, within=60):
        assert (job.status, job.attempt, job.crashes, job.retries) == ("failed", 2, 2, 0), job.error
        assert "the worker died 2 times" in (job.error or "")
    await all_completed(site, await submit_good(site, 4))


async def test_a_blocked_loop_keeps_its_leases_and_goes_on(site: Site) -> None:
    worker = site.worker(APP)
    job_id = await submit(site, tasks.block, seconds=1.5 * LEASE)

    async def blocks() -> bool:
        return site.witnessed()[f"start {job_id}"] == 1

    await until(blocks, "the loop is blocked")
    good = await submit_good(site)
    # Another worker takes what waits; what the blocked one holds stays with it.
    other = site.worker(APP)
    [job] = await ended(site, [job_id])
    assert (job.status, job.result, job.crashes) == ("completed", "1", 0)
    await all_completed(site, good)
    assert (worker.poll(), other.poll()) == (None, None)

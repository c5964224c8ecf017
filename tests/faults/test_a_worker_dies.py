"""Workers that are killed or frozen in the middle of a job."""

from __future__ import annotations

import os
import signal
import time

import pytest

from ferryman import Job, JobFailed
from ferryman.domain.outcome import Ending
from tests.faults.fault_tasks import cling, deadly, hold, leave
from tests.faults.site import LEASE, Site, until


async def started(site: Site, job_id: str, times: int = 1) -> None:
    async def holds() -> bool:
        return site.witnessed()[f"start {job_id}"] >= times

    await until(holds, f"job {job_id} was started {times} times")


async def ended(site: Site, job_id: str) -> Job:
    async def holds() -> bool:
        return (await site.job(job_id)).final

    await until(holds, f"job {job_id} ended")
    return await site.job(job_id)


async def submit(site: Site, task: str, **arguments: object) -> str:
    return (await site.ferry.submit(task, **arguments)).id


async def test_a_killed_workers_job_is_completed_by_another_within_lease_and_two_seconds(site: Site) -> None:
    first = site.worker()
    job_id = await submit(site, hold.name, name="go")
    await started(site, job_id)
    site.kill(first)
    killed = time.monotonic()
    site.worker()
    await started(site, job_id, times=2)
    assert time.monotonic() - killed < LEASE + 2
    (site.folder / "go").touch()

    job = await ended(site, job_id)
    assert (job.status, job.attempt, job.retries, job.crashes) == ("completed", 2, 0, 1)
    assert job.attempts is not None
    assert [attempt.ending for attempt in job.attempts] == [Ending.CRASHED, Ending.COMPLETED]
    assert job.attempts[0].worker != job.attempts[1].worker


async def test_a_frozen_workers_late_outcome_is_refused(site: Site) -> None:
    frozen = site.worker()
    job_id = await submit(site, hold.name, name="go")
    await started(site, job_id)
    site.freeze(frozen)
    second = site.worker()
    await started(site, job_id, times=2)
    (site.folder / "go").touch()
    job = await ended(site, job_id)
    assert job.result == f'"{second.pid}"'

    os.killpg(frozen.pid, signal.SIGCONT)
    another = await submit(site, hold.name, name="go")
    await ended(site, another)  # time for the thawed worker to say what it has to say
    frozen.terminate()
    frozen.wait()  # a worker that stops has reported everything it will ever report
    assert (await site.job(job_id)).attempts == job.attempts
    assert (await site.job(job_id)).result == job.result


async def test_a_job_that_kills_its_workers_fails_after_the_third(site: Site) -> None:
    site.worker("fault_tasks:ferry", "--processes", "2")
    job_id = await submit(site, deadly.name)
    job = await ended(site, job_id)
    assert (job.status, job.attempt, job.crashes, job.retries) == ("failed", 3, 3, 0)
    with pytest.raises(JobFailed, match="the worker died 3 times"):
        await site.ferry.job(job_id)


async def test_a_task_that_asks_the_interpreter_to_end_only_fails_itself(site: Site) -> None:
    worker = site.worker()
    handle = await site.ferry.submit("leave")
    info = await site.job(handle.id)
    assert info.max_retries == 3
    # Retried with growing waits; what counts is that the worker lives on.
    job_id = await submit(site, hold.name, name="go")
    (site.folder / "go").touch()
    assert (await ended(site, job_id)).status == "completed"
    assert worker.poll() is None
    assert leave.name == "leave"


async def test_a_worker_told_to_stop_hands_its_job_back_and_spends_nothing(site: Site) -> None:
    first = site.worker("fault_tasks:ferry", "--grace", "0.2")
    job_id = await submit(site, hold.name, name="go")
    await started(site, job_id)
    first.terminate()
    assert first.wait(15) == 0
    job = await site.job(job_id)
    assert (job.status, job.retries, job.crashes) == ("pending", 0, 0)
    (site.folder / "go").touch()
    site.worker()
    job = await ended(site, job_id)
    assert (job.status, job.attempt) == ("completed", 2)


async def test_a_task_that_swallows_its_cancellation_does_not_keep_the_worker_from_ending(site: Site) -> None:
    # Seen red while closing the loop waited for every asyncio task.
    worker = site.worker("fault_tasks:ferry", "--grace", "0.2")
    job_id = await submit(site, cling.name)
    await started(site, job_id)
    worker.terminate()
    assert worker.wait(15) == 0
    job = await site.job(job_id)
    assert (job.status, job.retries, job.crashes) == ("pending", 0, 0)

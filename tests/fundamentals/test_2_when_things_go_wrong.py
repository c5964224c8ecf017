"""Chapter 2: errors, retries, snoozing and giving up."""

from __future__ import annotations

import pytest

from ferryman import Cancel, Context, Ferryman, JobCancelled, JobFailed, Retry, Snooze
from tests.fundamentals.conftest import Work


async def test_a_task_that_raises_is_run_again(ferry: Ferryman, work: Work) -> None:
    @ferry.task(retry=Retry(3, backoff="1ms"))
    async def unlucky(context: Context) -> str:
        if context.attempt < 3:
            raise ConnectionError("no answer")
        return f"attempt {context.attempt}"

    job = await unlucky.submit()
    await work()
    assert await job == "attempt 3"
    assert (await job.info()).retries == 2


async def test_when_the_retries_are_used_up_the_job_has_failed(ferry: Ferryman, work: Work) -> None:
    @ferry.task(retry=Retry(1, backoff="1ms"))
    async def hopeless() -> None:
        raise ConnectionError("no answer")

    job = await hopeless.submit()
    await work()
    with pytest.raises(JobFailed, match="ConnectionError: no answer"):
        await job
    info = await job.info()
    assert info.attempts is not None
    assert [attempt.ending for attempt in info.attempts] == ["retried", "failed"]


async def test_some_errors_are_never_worth_a_retry(ferry: Ferryman, work: Work) -> None:
    @ferry.task(retry=Retry(3, backoff="1ms").never(ValueError))
    async def parse(text: str) -> int:
        return int(text)

    job = await parse.submit("seven")
    await work()
    assert (await job.info()).attempt == 1
    assert await job.status() == "failed"


async def test_a_task_may_ask_for_more_time_and_spends_no_retry(ferry: Ferryman, work: Work) -> None:
    @ferry.task
    async def patient(context: Context) -> int:
        if context.attempt == 1:
            raise Snooze("1ms", "the export is not there yet")
        return context.retry

    job = await patient.submit()
    await work()
    assert await job == 0


async def test_a_task_may_find_itself_pointless(ferry: Ferryman, work: Work) -> None:
    @ferry.task
    async def welcome(user: int) -> None:
        raise Cancel(f"user {user} is gone")

    job = await welcome.submit(7)
    await work()
    with pytest.raises(JobCancelled, match="user 7 is gone"):
        await job


async def test_a_failed_job_can_be_sent_again_by_a_person(ferry: Ferryman, work: Work) -> None:
    broken = True

    @ferry.task(retries=0)
    async def charge() -> str:
        if broken:
            raise ConnectionError("the bank is closed")
        return "paid"

    job = await charge.submit()
    await work()
    assert await job.status() == "failed"

    broken = False
    await job.retry()
    await work()
    assert await job == "paid"
    assert (await job.info()).attempt == 2

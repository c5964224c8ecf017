"""Chapter 1: a task is a function, a job is one submission of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from ferryman import Ferryman, InvalidArguments, TaskDefinitionError
from tests.fundamentals.conftest import Work


@dataclass
class Invoice:
    number: int
    due: date


async def test_a_task_stays_a_plain_function(ferry: Ferryman) -> None:
    @ferry.task
    async def greet(name: str) -> str:
        return f"Hello {name}"

    assert await greet("Ada") == "Hello Ada"


async def test_submitting_it_makes_a_job_that_a_worker_runs(ferry: Ferryman, work: Work) -> None:
    @ferry.task
    async def greet(name: str) -> str:
        return f"Hello {name}"

    job = await greet.submit("Ada")
    assert await job.status() == "pending"

    await work()
    assert await job.status() == "completed"
    assert await job == "Hello Ada"


async def test_sync_functions_run_in_threads(ferry: Ferryman, work: Work) -> None:
    @ferry.task
    def add(left: int, right: int) -> int:
        return left + right

    job = await add.submit(2, right=3)
    await work()
    assert await job == 5


async def test_arguments_and_results_keep_their_types(ferry: Ferryman, work: Work) -> None:
    @ferry.task
    async def postpone(invoice: Invoice, to: date) -> Invoice:
        return Invoice(invoice.number, to)

    job = await postpone.submit(Invoice(7, date(2030, 1, 1)), to=date(2030, 2, 1))
    await work()
    assert await job == Invoice(7, date(2030, 2, 1))


async def test_wrong_arguments_are_refused_when_submitted(ferry: Ferryman) -> None:
    @ferry.task
    async def greet(name: str) -> str:
        return f"Hello {name}"

    with pytest.raises(InvalidArguments, match="/name: Input should be a valid string"):
        await greet.submit(42)  # type: ignore[arg-type]  # that is the point


async def test_many_jobs_travel_together(ferry: Ferryman, work: Work) -> None:
    @ferry.task
    async def double(number: int) -> int:
        return number * 2

    jobs = await ferry.submit([double.job(number) for number in range(100)])
    await work()
    assert [await job for job in jobs] == [number * 2 for number in range(100)]


async def test_a_task_can_be_submitted_by_its_name(ferry: Ferryman, work: Work) -> None:
    @ferry.task(name="greetings.send")
    async def greet(name: str) -> str:
        return f"Hello {name}"

    job = await ferry.submit("greetings.send", name="Ada")
    await work()
    assert await job == "Hello Ada"
    assert (await ferry.job(job.id).info()).task == greet.name


def test_a_wrong_option_is_found_when_the_task_is_declared(ferry: Ferryman) -> None:
    with pytest.raises(TaskDefinitionError, match="Did you mean 'timeout'"):

        @ferry.task(timout="30s")  # type: ignore[call-overload, untyped-decorator]  # that is the point
        async def greet() -> None: ...

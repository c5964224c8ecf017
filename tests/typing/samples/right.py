"""What mypy must take."""

from datetime import UTC, datetime, timedelta
from typing import assert_type

from ferryman import JobHandle
from ferryman.domain.job import NewJob
from tests.typing.samples.tasks import (
    ferry,
    nothing,
    report,
    report_in_a_thread,
    resize,
    send_email,
    send_later,
    shrink,
)


async def submits() -> None:
    assert_type(await send_email.submit("ada@example.com"), JobHandle[int])
    assert_type(await send_email.submit(to="ada@example.com", subject="Hi"), JobHandle[int])
    assert_type(await send_later.submit("ada@example.com"), JobHandle[str | None])
    assert_type(await resize.submit(5, width=7), JobHandle[list[int]])
    assert_type(await shrink.submit(5), JobHandle[bytes])
    assert_type(await nothing.submit(), JobHandle[None])


async def results() -> None:
    assert_type(await (await send_email.submit("a")), int)
    assert_type(await (await send_email.submit("a")).result(timeout="5s"), int)
    assert_type(await (await resize.submit(5)), list[int])
    assert_type(await (await report.submit(2030)), str)
    assert_type(await (await report_in_a_thread.submit(2030, month=2)), float)


def from_sync_code() -> None:
    assert_type(send_email.submit_sync("a"), JobHandle[int])
    assert_type(resize.submit_sync(5).result_sync(timeout=5), list[int])


async def calls() -> None:
    assert_type(await send_email("a"), int)
    assert_type(await send_later("a"), str | None)
    assert_type(resize(5), list[int])
    assert_type(await report(2030), str)
    assert_type(report_in_a_thread(2030), float)


async def options() -> None:
    later = send_email.options(delay="1h", priority=5, key="welcome-42", tags=("a", "b"), retries=0, crashes=0)
    assert_type(await later.submit("a", subject="b"), JobHandle[int])
    assert_type(later.submit_sync("a"), JobHandle[int])
    await resize.options(run_at=datetime(2030, 1, 1, tzinfo=UTC), timeout=timedelta(minutes=1)).submit(5)
    await report.options(queue="reports", delay=5).submit(2030)


async def described() -> None:
    assert_type(send_email.job("a"), NewJob)
    assert_type(report.job(2030), NewJob)
    await ferry.submit([send_email.job("a"), resize.options(priority=9).job(5)])
    await ferry.submit("send_email", to="a")

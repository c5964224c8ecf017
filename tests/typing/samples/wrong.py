"""What mypy must refuse, line by line: were one of these taken, its ignore would be unused, which is an error too."""

from typing import assert_type

from ferryman import Ferryman
from tests.typing.samples.tasks import ferry, nothing, report, report_in_a_thread, resize, send_email


async def arguments() -> None:
    await send_email.submit(5)  # type: ignore[arg-type]
    await send_email.submit()  # type: ignore[call-arg]
    await send_email.submit("a", "b", "c")  # type: ignore[call-arg]
    await send_email.submit("a", subjct="b")  # type: ignore[call-arg]
    await send_email.submit("a", subject=5)  # type: ignore[arg-type]
    await resize.submit("a")  # type: ignore[arg-type]
    await resize.submit(5, 7)  # type: ignore[call-arg]
    await resize.submit(5, width="7")  # type: ignore[arg-type]
    await nothing.submit(5)  # type: ignore[call-arg]
    send_email.submit_sync(5)  # type: ignore[arg-type]
    send_email.job(5)  # type: ignore[arg-type]
    await send_email(5)  # type: ignore[arg-type]
    resize("a")  # type: ignore[arg-type]


async def arguments_behind_a_context() -> None:
    await report.submit("2030")  # type: ignore[arg-type]
    await report.submit()  # type: ignore[call-arg]
    await report_in_a_thread.submit(2030, "2")  # type: ignore[arg-type]
    await report_in_a_thread.submit(2030, 2, 3)  # type: ignore[call-arg]
    report_in_a_thread.submit_sync("2030")  # type: ignore[arg-type]


async def results() -> None:
    text: str = await (await send_email.submit("a"))  # type: ignore[assignment]
    number: int = await (await resize.submit(5))  # type: ignore[assignment]
    year: int = (await report.submit(2030)).result_sync()  # type: ignore[assignment]
    assert_type(await report(2030), int)  # type: ignore[assert-type]
    assert text
    assert number
    assert year


async def options() -> None:
    send_email.options(prority=5)  # type: ignore[call-arg]
    send_email.options(priority="5")  # type: ignore[arg-type]
    send_email.options(tags=5)  # type: ignore[arg-type]
    send_email.options(delay=[5])  # type: ignore[arg-type]
    await send_email.options(priority=5).submit(5)  # type: ignore[arg-type]
    await report.options(delay=5).submit("2030")  # type: ignore[arg-type]


async def submits() -> None:
    await ferry.submit([5])  # type: ignore[list-item]
    send_email.sumbit("a")  # type: ignore[attr-defined]


declared = Ferryman()


@declared.task(prioriti=5)  # type: ignore[call-overload, untyped-decorator]
async def misspelled() -> None: ...


@declared.task(retries="3")  # type: ignore[call-overload, untyped-decorator]
async def mistyped() -> None: ...

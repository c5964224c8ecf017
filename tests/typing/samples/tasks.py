"""The tasks that the samples use."""

from ferryman import Context, Ferryman, Retry

ferry = Ferryman("sqlite://")


@ferry.task
async def send_email(to: str, subject: str = "Hello") -> int:
    return len(to + subject)


@ferry.task(queue="mail", retries=3, timeout="30s", priority=7, tags=["a"])
async def send_later(to: str) -> str | None:
    return to


@ferry.task
def resize(image: int, *, width: int = 100) -> list[int]:
    return [image, width]


@ferry.task(retry=Retry(3).never(ValueError), process=True)
def shrink(image: int) -> bytes:
    return bytes(image)


@ferry.task
async def report(context: Context, year: int) -> str:
    return f"{context.job_id} {year}"


@ferry.task(name="reports.yearly")
def report_in_a_thread(context: Context, year: int, month: int = 1) -> float:
    return year + month + context.attempt


@ferry.task
async def nothing() -> None: ...

"""The tasks of the site that the browser looks at."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ferryman import Context, Ferryman, Retry

ferry = Ferryman()


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("seats are booked in pairs")
    return value


@ferry.task(queue="mail")
async def greet(name: str = "Ada", times: int = 1) -> str:
    """Greet somebody."""
    return "Hello " * times + name


@ferry.task
async def countdown(context: Context, seconds: int = 10, step: float = 1.0) -> str:
    """Count down, and tell how far it is."""
    for passed in range(seconds):
        context.progress(passed, seconds, f"{seconds - passed} to go")
        context.log(f"{seconds - passed} left", left=seconds - passed)
        await asyncio.sleep(step)
    return "lift-off"


@ferry.task(retry=Retry(0))
async def charge(amount: int, reason: str = "card declined") -> None:
    """Fail, always in the same way."""
    raise ValueError(f"{reason}: {amount}")


@ferry.task(retry=Retry(0))
async def fetch(number: int, until: str = "mended") -> int:
    """Fail until there is a file of that name."""
    if not Path(until).exists():
        raise ConnectionError("the other side is away")
    return number


@ferry.task
async def book(seats: Annotated[int, Field(gt=0), AfterValidator(_even)], name: str = "") -> int:
    """Take what only the server can judge."""
    return seats


@ferry.task
async def repeat(value: Any) -> Any:
    """Give back what came."""
    return value


@ferry.task(retry=Retry(0))
async def echo(context: Context, text: str = "", fail: bool = False) -> str:
    """Say a text in every way that a task has: log, progress, output, and the result or the error."""
    context.log(text, text=text)
    context.progress(1, 2, text)
    context.write(text)
    if fail:
        raise RuntimeError(text)
    return text


@ferry.task
async def story(context: Context, words: int = 20, pause: float = 0.05) -> str:
    """Tell a story word by word."""
    for number in range(words):
        context.write(f"word{number} ")
        await asyncio.sleep(pause)
    return f"{words} words"


@ferry.task
async def chatter(context: Context, times: int = 5) -> int:
    """Say more than is kept, in so many batches."""
    for batch in range(times):
        for number in range(150):
            context.log(f"line {batch * 150 + number}")
            context.write(f"and so on {number}\n")
        await asyncio.sleep(0.15)
    return times


@ferry.task
async def linger(context: Context, texts: list[str], pause: float = 0.15) -> None:
    """Say one text after the other in the progress, and stay with the last."""
    for number, text in enumerate(texts):
        context.progress(number, len(texts), text)
        await asyncio.sleep(pause)
    await asyncio.sleep(600)


@ferry.task(retry=Retry(0))
async def halve(context: Context) -> str:
    """Say half of a pair of surrogates, which is no text: what a file's name may hold."""
    half = "half \ud83d of a pair"
    context.log(half, half=half)
    context.progress(1, 2, half)
    context.write(half)
    raise RuntimeError(half)


@ferry.task(name="constructor")
async def constructor(constructor: str = "", hasOwnProperty: int = 0, toString: bool = True) -> str:
    """Have names that every object of JavaScript has, too."""
    return f"{constructor} {hasOwnProperty} {toString}"

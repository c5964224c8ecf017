"""The tasks of the site that the browser looks at."""

from __future__ import annotations

import asyncio

from ferryman import Context, Ferryman, Retry

ferry = Ferryman()


@ferry.task(queue="mail")
async def greet(name: str = "Ada", times: int = 1) -> str:
    """Greet somebody."""
    return "Hello " * times + name


@ferry.task
async def countdown(context: Context, seconds: int = 10, step: float = 1.0) -> str:
    """Count down, and tell how far it is."""
    for passed in range(seconds):
        context.progress(passed, seconds, f"{seconds - passed} to go")
        context.log(f"{seconds - passed}", left=seconds - passed)
        await asyncio.sleep(step)
    return "lift-off"


@ferry.task(retry=Retry(0))
async def charge(amount: int, reason: str = "card declined") -> None:
    """Fail, always in the same way."""
    raise ValueError(f"{reason}: {amount}")


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

"""What the simulated jobs do. Each run leaves its own evidence, which no store and no worker has a hand in."""

from __future__ import annotations

import asyncio
import json
from contextvars import ContextVar

from ferryman.domain.outcome import Cancel, Snooze
from ferryman.domain.retry import Retry
from ferryman.domain.task import Task, define_task
from ferryman.telemetry.current import CURRENT
from ferryman.worker.context import Context
from tests.history.records import History, Run

#: Where the runs of this process leave their evidence.
EVIDENCE: ContextVar[History] = ContextVar("evidence")

ENDS = ("return", "fail", "raise once", "snooze", "give up", "cling")


async def work(context: Context, seconds: float, end: str, words: int) -> str:
    """Run for some seconds, say some words, and end in one of the ways there are."""
    claimed = CURRENT.get()
    assert claimed is not None
    history = EVIDENCE.get()
    run = Run(claimed.lease, history.clock())
    history.runs.append(run)
    for word in range(words):
        context.progress(word, words)
        await asyncio.sleep(seconds / 4)
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        if end != "cling":
            raise
        await asyncio.sleep(seconds)
    if end == "fail" or (end == "raise once" and claimed.attempt == 1):
        raise ValueError(end)
    if end == "snooze" and claimed.attempt < 3:
        raise Snooze(1.5)
    if end == "give up":
        raise Cancel("pointless")
    text = f"{claimed.id}/{claimed.attempt}/{claimed.nonce}"
    run.returned, run.ended = json.dumps(text), history.clock()
    return text


_RETRY = Retry(2, backoff="0.2s..2s")
TASKS: dict[str, Task] = {name: define_task(work, Context, name=name, retry=_RETRY) for name in ("load", "unload")}

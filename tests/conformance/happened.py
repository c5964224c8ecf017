"""What a store says that happened, summed over all time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from typing import NamedTuple

from ferryman.domain.histogram import Histogram
from ferryman.store.history import Apart, History, HistoryRequest, HistoryRow, Step
from ferryman.store.protocol import Store


class Happened(NamedTuple):
    """How many jobs and attempts came to what."""

    submitted: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    retried: int = 0
    crashed: int = 0


async def happened(store: Store, step: Step = Step.DAY, queue: str | None = None, task: str | None = None) -> Happened:
    """Return what happened at any time within the reach of a step."""
    return total((await history(store, step, queue=queue, task=task)).rows)


async def history(
    store: Store, step: Step = Step.DAY, queue: str | None = None, task: str | None = None, apart: Apart = Apart.LANE
) -> History:
    """Return as much of the history as one request tells."""
    return await store.inspector.history(HistoryRequest(step, 400, apart=apart, queue=queue, task=task))


def total(rows: Iterable[HistoryRow]) -> Happened:
    """Add rows up."""
    counts = [astuple(row)[3:9] for row in rows]
    return Happened(*map(sum, zip(*counts, strict=True))) if counts else Happened()


def waits(rows: Iterable[HistoryRow]) -> Histogram:
    """Return how long jobs waited, over all rows."""
    return Histogram.merged(row.wait for row in rows)


def runs(rows: Iterable[HistoryRow]) -> Histogram:
    """Return how long attempts ran, over all rows."""
    return Histogram.merged(row.run for row in rows)

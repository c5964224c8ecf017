"""What follows from counts, history and workers together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ferryman.domain.histogram import Histogram, Quantiles
from ferryman.domain.state import State
from ferryman.store.history import Apart, History, HistoryRequest, HistoryRow, Step
from ferryman.store.messages import Count, QueueRow, WorkerInfo, WorkerRow
from ferryman.store.query import Counted, JobFilter

#: What the figures of queues are made of: 15 minutes, and the one that is not over.
RECENT = HistoryRequest(Step.MINUTE, 16, apart=Apart.QUEUE)
#: What the statistics of tasks are made of.
OF_A_DAY = HistoryRequest(Step.HOUR, 24, apart=Apart.TASK)
#: Rates change with the time that passes; so few times a minute, in seconds, that nobody is told of it all the time.
PACE = 5


class Rates(NamedTuple):
    """Jobs per second over the last minute: submitted, ended, and of these failed."""

    submitted: float = 0.0
    ended: float = 0.0
    failed: float = 0.0


STILL = Rates()


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How a queue fares.

    `wait` and `failure_rate`, from 0 to 1, are of the last 15 minutes and None when nothing was claimed, or ended.
    `workers` are those alive that serve it and are not quiet. `drain_seconds` is how long it takes until nothing is
    pending when all goes on as in the last minute, None when nothing is pending or it does not become less.
    """

    rates: Rates = STILL
    wait: Quantiles | None = None
    failure_rate: float | None = None
    workers: int = 0
    drain_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TaskStatistics:
    """How a task fared lately."""

    wait: Quantiles | None = None
    run: Quantiles | None = None
    failure_rate: float | None = None
    completed: int = 0
    failed: int = 0


def figures(queues: Iterable[QueueRow], recent: History, workers: Iterable[WorkerRow]) -> dict[str, QueueFigures]:
    """Return how each queue fares, by its name; `recent` is the answer to `RECENT`."""
    alive = [row.info for row in workers if row.alive and not row.info.quiet]
    rows: dict[str | None, list[HistoryRow]] = {}
    for row in recent.rows:
        rows.setdefault(row.queue, []).append(row)
    return {queue.name: _figures(queue, rows.get(queue.name, []), recent.now, alive) for queue in queues}


def _figures(queue: QueueRow, rows: list[HistoryRow], now: float, alive: list[WorkerInfo]) -> QueueFigures:
    rates = rates_of(rows, now)
    pending, drained = queue.counts.get(State.PENDING, 0), rates.ended - rates.submitted
    return QueueFigures(
        rates,
        _short(Histogram.merged(row.wait for row in rows)),
        _failure_rate(rows),
        sum(serves(info, queue.name) for info in alive),
        _figure(pending / drained) if pending and drained > 0 else None,
    )


def rates_of(rows: Iterable[HistoryRow], now: float) -> Rates:
    """Return the rates over the last minute: this one so far, and as much of the one before as it still lacks."""
    minute = int(now) // Step.MINUTE * Step.MINUTE
    missing = 1 - int(now - minute) // PACE * PACE / Step.MINUTE
    shares = {minute: 1.0, minute - Step.MINUTE: missing}
    submitted = ended = failed = 0.0
    for row in rows:
        share = shares.get(row.at, 0.0) / Step.MINUTE
        submitted += share * row.submitted
        ended += share * (row.completed + row.failed + row.cancelled)
        failed += share * row.failed
    return Rates(_figure(submitted), _figure(ended), _figure(failed))


def statistics(day: History) -> Mapping[str, TaskStatistics]:
    """Return how each task fared that did anything, by its name; `day` is the answer to `OF_A_DAY`."""
    rows: dict[str, list[HistoryRow]] = {}
    for row in day.rows:
        rows.setdefault(row.task or "", []).append(row)
    return {
        task: TaskStatistics(
            _short(Histogram.merged(row.wait for row in its)),
            _short(Histogram.merged(row.run for row in its)),
            _failure_rate(its),
            sum(row.completed for row in its),
            sum(row.failed for row in its),
        )
        for task, its in rows.items()
    }


def _failure_rate(rows: Iterable[HistoryRow]) -> float | None:
    """Return the share of jobs that failed among those that completed or failed."""
    counts = [(row.failed, row.completed + row.failed) for row in rows]
    ended = sum(ends for _, ends in counts)
    return _figure(sum(failed for failed, _ in counts) / ended) if ended else None


def _short(histogram: Histogram) -> Quantiles | None:
    quantiles = histogram.quantiles()
    return quantiles and Quantiles(*map(_figure, quantiles))


def _figure(value: float) -> float:
    """Return as much of a number as means something."""
    return float(f"{value:.3g}")


def serves(worker: WorkerInfo, queue: str, task: str | None = None) -> bool:
    """Whether a worker takes jobs from a queue (a worker without queues serves every one), and knows a task."""
    return (not worker.queues or queue in worker.queues) and (task is None or task in worker.tasks)


def counted(counts: Iterable[Count], where: JobFilter) -> Counted:
    """Return how many jobs a filter of nothing but states, queues and tasks finds."""
    jobs = sum(
        count.jobs
        for count in counts
        if (not where.states or count.state in where.states)
        and (not where.queues or count.queue in where.queues)
        and (not where.tasks or count.task in where.tasks)
    )
    return Counted(jobs, True)


def unserved(counts: Iterable[Count], workers: Iterable[WorkerRow]) -> list[Count]:
    """Return the counts of pending jobs that no live worker can run: nobody serves the queue, or knows the task."""
    alive = [row.info for row in workers if row.alive]
    return [
        count
        for count in counts
        if count.state is State.PENDING and not any(serves(info, count.queue, count.task) for info in alive)
    ]

"""What follows from history: rates, waits, failure rates, and how long a queue takes to drain."""

from __future__ import annotations

from typing import Any

import pytest

from ferryman.domain.histogram import Histogram, class_of
from ferryman.domain.state import State
from ferryman.store.history import History, HistoryRow
from ferryman.store.messages import QueueRow, WorkerInfo, WorkerRow
from ferryman.store.overview import QueueFigures, Rates, figures, rates_of, statistics

MINUTE = 1_893_456_000


def row(at: int, queue: str | None = "mail", task: str | None = None, **counts: Any) -> HistoryRow:
    return HistoryRow(at, queue, task, **counts)


def worker(name: str, *queues: str, alive: bool = True, quiet: bool = False) -> WorkerRow:
    return WorkerRow(WorkerInfo(name, "h", 1, "1", queues, ("t",), 10, quiet=quiet), MINUTE, alive)


def fares(queue: QueueRow, rows: list[HistoryRow], *workers: WorkerRow, now: float = MINUTE + 30.0) -> QueueFigures:
    return figures([queue], History(now, MINUTE - 900, rows), workers)[queue.name]


@pytest.mark.parametrize(("elapsed", "share"), [(0, 1.0), (4.9, 1.0), (30, 0.5), (59, 1 / 12)])
def test_a_rate_is_this_minute_and_what_it_lacks_of_the_one_before(elapsed: float, share: float) -> None:
    rows = [row(MINUTE - 60, submitted=60, completed=30, failed=30), row(MINUTE, submitted=6, cancelled=6)]
    rates = rates_of(rows, MINUTE + elapsed)
    assert rates.submitted == pytest.approx(share + 0.1, rel=0.01)
    assert rates.ended == pytest.approx(share + 0.1, rel=0.01)
    assert rates.failed == pytest.approx(share / 2, rel=0.01)


def test_what_is_older_than_two_minutes_or_not_yet_is_no_rate() -> None:
    assert rates_of([row(MINUTE - 120, submitted=60), row(MINUTE + 60, submitted=60)], MINUTE) == Rates()


def test_a_queue_that_did_nothing_has_no_figures_but_workers() -> None:
    workers = worker("a"), worker("b", "mail"), worker("c", "slow"), worker("d", alive=False), worker("e", quiet=True)
    assert fares(QueueRow("mail"), [], *workers) == QueueFigures(workers=2)


def test_waits_and_failures_are_of_all_the_time_that_is_told() -> None:
    waits = Histogram.of([(class_of(0.5), 90), (class_of(30.0), 10)])
    rows = [row(MINUTE - 600, completed=6, wait=waits), row(MINUTE, failed=2, cancelled=5)]
    figure = fares(QueueRow("mail"), rows)
    assert figure.failure_rate == 0.25, "what was cancelled neither failed nor went well"
    assert figure.wait is not None
    assert 0.5 <= figure.wait.p50 <= 0.6
    assert 30 <= figure.wait.p95 <= 40


@pytest.mark.parametrize(
    ("pending", "submitted", "completed", "expected"),
    [(120, 60, 120, 120.0), (120, 120, 60, None), (120, 60, 60, None), (0, 0, 60, None)],
)
def test_a_queue_drains_when_more_ends_than_comes(
    pending: int, submitted: int, completed: int, expected: float | None
) -> None:
    queue = QueueRow("mail", counts={State.PENDING: pending})
    rows = [row(MINUTE - 60, submitted=submitted, completed=completed)]
    assert fares(queue, rows, now=MINUTE).drain_seconds == expected


def test_queues_have_their_own_history_only() -> None:
    recent = History(MINUTE + 59.0, MINUTE - 900, [row(MINUTE, "mail", completed=3), row(MINUTE, "slow", failed=1)])
    found = figures([QueueRow("mail"), QueueRow("slow"), QueueRow("new")], recent, [])
    assert [found[name].failure_rate for name in ("mail", "slow", "new")] == [0.0, 1.0, None]


def test_statistics_of_tasks_are_sums_over_the_day() -> None:
    run = Histogram.of([(class_of(2.0), 4)])
    rows = [row(MINUTE, None, "send", completed=3, failed=1, run=run), row(MINUTE - 3_600, None, "send", completed=4)]
    found = statistics(History(MINUTE, MINUTE - 86_400, rows))
    assert found.keys() == {"send"}
    assert (found["send"].completed, found["send"].failed, found["send"].failure_rate) == (7, 1, 0.125)
    assert found["send"].run is not None
    assert found["send"].wait is None

"""A budget ends a measurement by jobs or by seconds, and knows how far it is."""

from __future__ import annotations

from ferryman.bench.budget import Budget
from ferryman.bench.measures import percentile


def test_jobs_end_it() -> None:
    budget = Budget(10)
    budget.done = 9
    assert (budget.over, budget.share) == (False, 0.9)
    budget.done = 10
    assert (budget.over, budget.share) == (True, 1.0)


def test_seconds_end_it() -> None:
    budget = Budget(10, 0.0000001)
    assert budget.over
    assert budget.share == 1.0


def test_seconds_count_from_the_beginning() -> None:
    budget = Budget(10, 3_600.0)
    before = budget.elapsed
    budget.begin()
    assert budget.elapsed < before + 3_600.0
    assert not budget.over


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, percent) for percent in (50, 95, 99, 100)] == [50.0, 95.0, 99.0, 100.0]
    assert percentile([7.0], 99) == 7.0
    assert percentile([1.0, 2.0], 50) == 1.0

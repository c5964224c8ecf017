"""How long things took: every time has its class, histograms add up, and quantiles are right to the class."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferryman.domain.histogram import LAST_CLASS, Histogram, bounds, class_of

MILLISECONDS = st.integers(0, 10_000_000_000 - 1)


@pytest.mark.parametrize(
    ("seconds", "number"),
    [(-5, 0), (0, 0), (0.0004, 0), (0.001, 1), (0.009, 9), (0.01, 10), (0.0199, 11), (0.099, 18), (0.1, 19), (1.0, 28)],
)
def test_a_class_is_a_first_digit_and_a_number_of_digits(seconds: float, number: int) -> None:
    assert class_of(seconds) == number


@given(MILLISECONDS)
def test_a_time_is_within_the_bounds_of_its_class(milliseconds: int) -> None:
    least, most = bounds(class_of(milliseconds / 1_000))
    assert round(least * 1_000) <= milliseconds < round(most * 1_000)


def test_classes_follow_each_other_without_a_gap() -> None:
    for number in range(LAST_CLASS):
        assert bounds(number)[1] == pytest.approx(bounds(number + 1)[0])


def test_what_takes_longer_than_any_class_is_in_the_last() -> None:
    assert class_of(1e12) == LAST_CLASS


@given(st.lists(MILLISECONDS, min_size=1), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_is_in_the_class_of_the_time_that_it_stands_for(times: list[int], share: float) -> None:
    histogram = Histogram.of((class_of(time / 1_000), 1) for time in times)
    found = histogram.quantile(share)
    assert found is not None
    exact = sorted(times)[max(0, -(-len(times) * int(share * 100) // 100) - 1)]
    least, most = bounds(class_of(exact / 1_000))
    assert least <= found <= most * 1.000_001


def test_within_a_class_times_are_taken_for_spread_evenly() -> None:
    assert Histogram.of([(class_of(2.0), 10)]).quantile(0.5) == pytest.approx(2.5)


def test_nothing_has_no_quantiles() -> None:
    assert Histogram().quantile(0.5) is None
    assert Histogram().quantiles() is None


@given(st.lists(st.lists(MILLISECONDS)))
def test_the_sum_of_histograms_is_that_of_all_their_times(parts: list[list[int]]) -> None:
    def of(times: list[int]) -> Histogram:
        return Histogram.of((class_of(time / 1_000), 1) for time in times)

    together = Histogram.merged(map(of, parts))
    assert together == of([time for part in parts for time in part])
    assert together.total == sum(map(len, parts))

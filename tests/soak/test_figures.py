"""The figures of a soak: durations, slopes, and what counts as growth."""

from __future__ import annotations

import pytest

from tests.soak.figures import Durations, Series, means, slope
from tests.soak.vitals import REDIS, Life

_HOUR = [5.0 * place for place in range(720)]


def test_quantiles_are_right_to_five_percent() -> None:
    durations = Durations()
    for ms in range(1, 1_001):
        durations.add(ms / 1_000)
    assert durations.quantile(0.5) == pytest.approx(0.5, rel=0.05)
    assert durations.quantile(0.99) == pytest.approx(0.99, rel=0.05)
    assert durations.in_ms()["max"] == 1_000


def test_a_slope_is_found_behind_noise() -> None:
    line = slope([(x, 3.0 * x + (x % 7 - 3)) for x in range(100)])
    assert line is not None
    assert line.least < 3.0 < line.most
    assert line.bound < 0.02


def test_few_points_have_no_slope() -> None:
    assert slope([(0, 0), (1, 1), (2, 2), (3, 3)]) is None


def test_neighbours_are_taken_together() -> None:
    assert means([(0, 1), (59, 3), (60, 5)], 60) == [(29.5, 2), (60, 5)]


def life(name: str = "worker-1", per_hour: float = 0.0, until: int = 720, more: str = "") -> Life:
    """Return a life of at most an hour that begins at 40 MiB, is 10 MiB more once warm, and wavers."""
    times = _HOUR[:until]
    memory = [(x, 40 + 10 * min(1.0, x / 60) + per_hour * x / 3_600 + 0.1 * (x % 25 / 5)) for x in times]
    files, threads = (
        [(x, 20 + (100 * x / 3_600 if what == more else 0)) for x in times] for what in ("files", "threads")
    )
    return Life(name, 1, Series(memory), Series(files), Series(threads))


def test_a_life_that_is_flat_after_its_warm_up_is_fine() -> None:
    assert list(life(per_hour=0.5).faults(warm_up=600)) == []


def test_a_slow_leak_is_seen_in_an_hour() -> None:
    [fault] = life(per_hour=2.0).faults(warm_up=600)
    assert "memory grows by 2.0" in fault


def test_a_heap_that_comes_to_rest_late_does_not_leak() -> None:
    points = [(x, 40 + 2.5 * min(1.0, x / 1_800)) for x in _HOUR]
    still = [(x, 20.0) for x in _HOUR]
    resting = Life("worker-1", 1, Series(points), Series(still), Series(still))
    whole, later = resting.slope(600), resting.later_slope(600)
    assert whole is not None
    assert whole.least > 1.0
    assert later is not None
    assert later.most < 0.5
    assert list(resting.faults(warm_up=600)) == []


def test_a_fast_leak_is_seen_in_minutes() -> None:
    [fault] = life(per_hour=300.0, until=72).faults(warm_up=90)
    assert "memory grew" in fault


def test_a_short_life_is_not_judged_by_its_slope() -> None:
    assert list(life(per_hour=20.0, until=72).faults(warm_up=90)) == []


def test_redis_may_hold_more_when_more_is_submitted() -> None:
    assert list(life(REDIS, per_hour=200.0, until=72).faults(warm_up=90)) == []


@pytest.mark.parametrize("what", ["files", "threads"])
def test_open_files_and_threads_may_not_pile_up(what: str) -> None:
    [fault] = life(more=what).faults(warm_up=600)
    assert what in fault

"""Durations as people write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferryman.domain.durations import LONGEST, seconds, spell
from ferryman.domain.errors import InvalidOption


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (30, 30.0),
        (0, 0.0),
        (0.25, 0.25),
        (timedelta(minutes=2), 120.0),
        ("30s", 30.0),
        ("10m", 600.0),
        ("1h30m", 5_400.0),
        ("1h 30m", 5_400.0),
        ("2d", 172_800.0),
        ("1w", 604_800.0),
        ("250ms", 0.25),
        ("1.5h", 5_400.0),
        (" 5 S ", 5.0),
        ("90", 90.0),
        ("0", 0.0),
        (LONGEST, LONGEST),
    ],
)
def test_a_duration_is_read(value: Any, expected: float) -> None:
    assert seconds(value) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is no duration"),
        ("soon", "is no duration"),
        ("10 minutes", "is no duration"),
        ("1h30", "is no duration"),
        ("1h,30m", "is no duration"),
        ("-5s", "is no duration"),
        ("nan", "is no duration"),
        (float("nan"), "is no duration"),
        (None, "is no duration"),
        (True, "is no duration"),
        (b"5", "is no duration"),
        ([5], "is no duration"),
        (-1, "must not be negative"),
        ("-1", "must not be negative"),
        (-(10**400), "must not be negative"),
        (timedelta(seconds=-1), "must not be negative"),
        (float("inf"), "at most ten years"),
        ("inf", "at most ten years"),
        (LONGEST + 1, "at most ten years"),
        ("99999w", "at most ten years"),
        (10**400, "at most ten years"),
        pytest.param(10**5_000, "at most ten years", id="too many digits"),
    ],
)
def test_what_is_no_duration_is_refused_by_name(value: Any, reason: str) -> None:
    with pytest.raises(InvalidOption, match=reason) as caught:
        seconds(value, option="timeout")
    assert caught.value.option == "timeout"
    assert str(caught.value).startswith("timeout ")


def test_what_is_no_duration_is_refused_with_what_would_be_one() -> None:
    with pytest.raises(InvalidOption, match=r'write seconds \(30\), a timedelta, or text such as "30s"'):
        seconds("10 minutes")


def test_a_long_text_is_not_repeated_in_full() -> None:
    with pytest.raises(InvalidOption) as caught:
        seconds("x" * 1_000_000)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0ms"),
        (0.25, "250ms"),
        (0.9996, "1s"),
        (1, "1s"),
        (1.5, "1.5s"),
        (59.97, "1m"),
        (60, "1m"),
        (90, "1m30s"),
        (3_599.6, "1h"),
        (93_600, "1d2h"),
        (90_061, "1d1h"),
    ],
)
def test_a_duration_is_spelled_for_people(value: float, text: str) -> None:
    assert spell(value) == text


@given(st.floats(min_value=0.01, max_value=LONGEST))
def test_what_is_spelled_is_read_again_as_nearly_the_same(value: float) -> None:
    assert seconds(spell(value)) == pytest.approx(value, rel=0.05)

"""Moments: seconds inside, RFC 3339 outside."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferryman.domain.clock import parse_moment, rfc3339
from ferryman.domain.errors import InvalidOption

NEW_YEAR = 1_893_456_000.0


@pytest.mark.parametrize(
    "value",
    [
        "2030-01-01T00:00:00Z",
        "2030-01-01T00:00:00.000Z",
        "2030-01-01T01:00:00+01:00",
        datetime(2030, 1, 1, tzinfo=UTC),
        datetime(2029, 12, 31, 19, tzinfo=timezone(timedelta(hours=-5))),
        NEW_YEAR,
        int(NEW_YEAR),
    ],
)
def test_a_moment_is_read(value: Any) -> None:
    moment = parse_moment(value)
    assert moment == NEW_YEAR
    assert type(moment) is float


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("tomorrow", "is no time"),
        ("1893456000", "is no time"),
        ("", "is no time"),
        (None, "is no time"),
        (True, "is no time"),
        (date(2030, 1, 1), "is no time"),
        ("2030-01-01T00:00:00", "has no time zone"),
        ("2030-01-01", "has no time zone"),
        (datetime(2030, 1, 1), "has no time zone"),  # noqa: DTZ001  # the mistake this is about
        (-1, "out of range"),
        ("1969-12-31T23:59:59Z", "out of range"),
        ("0001-01-01T00:00:00+12:00", "out of range"),
        ("9999-12-31T23:59:59-12:00", "out of range"),
        (1e18, "out of range"),
        (float("nan"), "out of range"),
        (float("inf"), "out of range"),
        (10**400, "out of range"),
        pytest.param(10**5_000, "out of range", id="too many digits"),
    ],
)
def test_what_is_no_moment_is_refused_by_name(value: Any, reason: str) -> None:
    with pytest.raises(InvalidOption, match=reason) as caught:
        parse_moment(value, option="until")
    assert caught.value.option == "until"
    assert str(caught.value).startswith("until ")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (NEW_YEAR, "2030-01-01T00:00:00.000Z"),
        (NEW_YEAR + 0.123456, "2030-01-01T00:00:00.123Z"),
        (253_402_300_799.0, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_milliseconds(moment: float, text: str) -> None:
    assert rfc3339(moment) == text


@given(st.floats(min_value=0, max_value=253_402_300_799))
def test_what_is_written_is_read_again_within_a_millisecond(moment: float) -> None:
    assert parse_moment(rfc3339(moment)) == pytest.approx(moment, abs=0.0011)

"""Time as a value: seconds since the epoch inside, RFC 3339 in UTC outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ferryman.domain.errors import InvalidOption, shown

#: Whatever tells the time. Real code passes `time.time`, tests pass a clock they move by hand.
Clock = Callable[[], float]


def rfc3339(moment: float) -> str:
    """Write seconds since the epoch as RFC 3339 in UTC with milliseconds."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def day_and_time(moment: float, now: float) -> str:
    """Write a time for a sentence, in UTC; the day only where it is not today."""
    at, today = datetime.fromtimestamp(moment, UTC), datetime.fromtimestamp(now, UTC)
    return at.strftime("%H:%M:%S UTC" if at.date() == today.date() else "%Y-%m-%d %H:%M:%S UTC")


def parse_moment(value: datetime | str | float, *, option: str = "run_at") -> float:
    """Return seconds since the epoch for an aware datetime, RFC 3339 text, or a number.

    Raises `InvalidOption` for a time without a zone: its meaning would depend on the machine.
    """
    if isinstance(value, bool) or not isinstance(value, datetime | str | int | float):
        raise InvalidOption(option, f"{option} {shown(value)} is no time: write 2030-01-31T09:00:00Z")
    if isinstance(value, int | float):
        return _bounded(value, value, option)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise InvalidOption(option, f"{option} {shown(value)} is no time: write 2030-01-31T09:00:00Z") from None
    if moment.tzinfo is None:
        raise InvalidOption(option, f"{option} {value!s} has no time zone: write ...Z or pass an aware datetime")
    return _bounded(moment.timestamp(), value, option)


def _bounded(moment: float, value: object, option: str) -> float:
    # Year 9999 is the last one a datetime can show; NaN fails both comparisons.
    if not 0 <= moment <= 253_402_300_799:
        raise InvalidOption(option, f"{option} {shown(value)} is out of range")
    return float(moment)

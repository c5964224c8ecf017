"""Durations as people write them: seconds, a `timedelta`, or text such as "10m" and "1h30m"."""

from __future__ import annotations

import math
import re
from datetime import timedelta

from ferryman.domain.errors import InvalidOption, shown

Duration = float | int | str | timedelta

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|[smhdw])")
_HOW = 'write seconds (30), a timedelta, or text such as "30s", "10m", "1h30m", "2d"'

#: No delay, timeout or retention is longer: whatever exceeds it is a slip of the unit.
LONGEST = 10 * 366 * 86_400.0


def seconds(value: Duration, *, option: str = "duration") -> float:
    """Return a duration in seconds.

    `option` names the value in the error. Raises `InvalidOption` when it is no duration, negative,
    not finite, or longer than ten years.
    """
    result = _read(value, option)
    if math.isnan(result):
        raise InvalidOption(option, f"{option} {shown(value)} is no duration: {_HOW}")
    if result < 0:
        raise InvalidOption(option, f"{option} must not be negative, got {shown(value)}")
    if result > LONGEST:
        raise InvalidOption(option, f"{option} must be at most ten years, got {shown(value)}")
    return result


def _read(value: Duration, option: str) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float) and not isinstance(value, bool):
        # A whole number may be too large for a float; NaN is not larger than anything.
        return float(value) if not abs(value) > LONGEST else math.copysign(math.inf, 1 if value > 0 else -1)
    if isinstance(value, str):
        return _parse(value, option)
    raise InvalidOption(option, f"{option} {shown(value)} is no duration: {_HOW}")


def _parse(text: str, option: str) -> float:
    compact = text.strip().lower()
    parts = _PART.findall(compact)
    if parts and _PART.sub("", compact).strip() == "":
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    try:
        return float(compact)
    except ValueError:
        raise InvalidOption(option, f"{option} {shown(text)} is no duration: {_HOW}") from None


def spell(value: float) -> str:
    """Write seconds for a person: 0.25 -> "250ms", 90 -> "1m30s", 93600 -> "1d2h"."""
    if value < 0.9995:
        return f"{value * 1000:.0f}ms"
    if value < 59.95:
        return f"{value:.3g}s"
    left, parts = round(value), []
    for unit in ("d", "h", "m", "s"):
        number, left = divmod(left, int(_UNITS[unit]))
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts[:2])

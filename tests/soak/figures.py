"""Figures that take the same little room however long a run is."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_FINENESS = 1.05
_LEAST = 1e-4


class Durations:
    """Counts durations in steps of five percent, from a tenth of a millisecond on."""

    def __init__(self) -> None:
        self.count = 0
        self.longest = 0.0
        self._steps = [0] * 400

    def add(self, seconds: float) -> None:
        """Count one."""
        step = 0 if seconds <= _LEAST else int(math.log(seconds / _LEAST) / math.log(_FINENESS)) + 1
        self._steps[min(step, len(self._steps) - 1)] += 1
        self.count += 1
        self.longest = max(self.longest, seconds)

    def quantile(self, share: float) -> float:
        """Return the duration that a share of all does not pass, in seconds; 0 for none."""
        left = share * self.count
        for step, number in enumerate(self._steps):
            left -= number
            if left <= 0 and self.count:
                return min(_LEAST * _FINENESS**step, self.longest)
        return self.longest

    def in_ms(self) -> dict[str, float]:
        """Return p50, p99, p99.9 and the longest, in milliseconds."""
        quantiles = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
        found = {name: round(1_000 * self.quantile(share), 1) for name, share in quantiles.items()}
        return found | {"max": round(1_000 * self.longest, 1)}


class Series:
    """Numbers over time, in 16 bytes each."""

    def __init__(self, points: Iterable[tuple[float, float]] = ()) -> None:
        self._x, self._y = array("d"), array("d")
        for x, y in points:
            self.add(x, y)

    def add(self, x: float, y: float) -> None:
        """Add a point."""
        self._x.append(x)
        self._y.append(y)

    def points(self) -> list[tuple[float, float]]:
        """Return them all."""
        return list(zip(self._x, self._y, strict=True))

    @property
    def last(self) -> tuple[float, float]:
        """The latest point."""
        return self._x[-1], self._y[-1]


class Slope(NamedTuple):
    """The slope of a line through points, and how far the true one may be from it, 95 times of 100."""

    value: float
    bound: float

    @property
    def least(self) -> float:
        """The lower bound."""
        return self.value - self.bound

    @property
    def most(self) -> float:
        """The upper bound."""
        return self.value + self.bound


def slope(points: Sequence[tuple[float, float]]) -> Slope | None:
    """Fit a line by least squares; None for fewer than five points, which say nothing."""
    n = len(points)
    if n < 5:
        return None
    middle_x = sum(x for x, _ in points) / n
    middle_y = sum(y for _, y in points) / n
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    value = sum((x - middle_x) * (y - middle_y) for x, y in points) / spread
    rest = sum((y - middle_y - value * (x - middle_x)) ** 2 for x, y in points)
    # Student's t for 95 % with n - 2 degrees of freedom, to within a few percent.
    quantile = 1.96 + 2.4 / (n - 2) + 3.0 / (n - 2) ** 2
    return Slope(value, quantile * math.sqrt(rest / (n - 2) / spread))


def means(points: Sequence[tuple[float, float]], span: float) -> list[tuple[float, float]]:
    """Return the mean of each `span` of the points: neighbours in time say nearly the same."""
    spans: dict[int, list[tuple[float, float]]] = {}
    for x, y in points:
        spans.setdefault(int(x // span), []).append((x, y))
    return [(sum(x for x, _ in part) / len(part), sum(y for _, y in part) / len(part)) for part in spans.values()]

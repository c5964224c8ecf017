"""How long things took, in few numbers: how many took how long, in classes that grow with the time.

A class is the first digit of a whole number of milliseconds and how many digits it has: 0, 1, 2 ... 9, 10 to 19, 20 to
29 ... 90 to 99, 100 to 199 and so on. So every store finds the class of a time with whole numbers alone, and histograms
of any two stretches of time can be added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

#: Times of more digits than this are in the last class: 10 digits are 115 days.
MOST_DIGITS = 10
#: The number of the last class; the first is 0.
LAST_CLASS = 9 * MOST_DIGITS


class Quantiles(NamedTuple):
    """Within how many seconds half, 95 % and 99 % were over."""

    p50: float
    p95: float
    p99: float


def class_of(seconds: float) -> int:
    """Return the class of a time; less than nothing, which a clock that was set back brings about, is nothing."""
    milliseconds = max(0, round(seconds * 1_000))
    if not milliseconds:
        return 0
    digits = str(milliseconds)
    return min(LAST_CLASS, 9 * (len(digits) - 1) + int(digits[0]))


def bounds(number: int) -> tuple[float, float]:
    """Return the seconds from which on a class begins, and at which it ends."""
    if not number:
        return 0.0, 0.001
    exponent, digit = divmod(number - 1, 9)
    unit: float = 10.0**exponent / 1_000
    return (digit + 1) * unit, (digit + 2) * unit


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many times there are of each class, by the number of the class; classes without any are left out."""

    counts: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, counts: Iterable[tuple[int, int]]) -> Histogram:
        """Make a histogram of numbers of classes and how many there are; a class may be named more than once."""
        sums: Counter[int] = Counter()
        for number, count in counts:
            sums[number] += count
        return cls(tuple(sorted((number, count) for number, count in sums.items() if count)))

    @classmethod
    def merged(cls, parts: Iterable[Histogram]) -> Histogram:
        """Add histograms."""
        return cls.of(pair for part in parts for pair in part.counts)

    @property
    def total(self) -> int:
        """How many times there are."""
        return sum(count for _, count in self.counts)

    def quantile(self, share: float) -> float | None:
        """Return within how many seconds a share of all, from 0 to 1, was over; None when there is none.

        It is exact to the class, and inside of it as if the times were spread evenly.
        """
        rank, before = share * self.total, 0
        for number, count in self.counts:
            if before + count >= rank:
                least, most = bounds(number)
                return least + (most - least) * max(0.0, rank - before) / count
            before += count
        return None

    def quantiles(self) -> Quantiles | None:
        """Return what people ask for, None when there is nothing."""
        p50, p95, p99 = (self.quantile(share) for share in (0.5, 0.95, 0.99))
        return None if p50 is None or p95 is None or p99 is None else Quantiles(p50, p95, p99)


NOTHING = Histogram()

"""Rows of a run and what they come to: medians over the passes, and figures made of others."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from benchmarks.peers.catalog import CATALOG
from benchmarks.peers.peer import Peer

#: With more cores than this kept busy by others, a sample does not count, unless there is no better one.
BUSY = 0.35

#: By the name of a figure that is the sum of others: the others.
SUMS = {
    "redis_us": ("concurrent_redis_us", "drain_redis_us"),
    "commands": ("concurrent_commands", "drain_commands"),
}


@dataclass(frozen=True)
class Row:
    """One measure of one system in one pass; an error instead of figures when it failed."""

    turn: int
    peer: str
    measure: str
    figures: Mapping[str, float] = field(default_factory=dict)
    foreign: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class Figure:
    """A median of several samples."""

    value: float
    samples: int
    low: float
    high: float
    foreign: float

    @property
    def disturbed(self) -> bool:
        """Whether others had kept the machine busy."""
        return self.foreign > BUSY


@dataclass(frozen=True)
class Failure:
    """A measure of a system that failed, and in how many passes."""

    peer: str
    measure: str
    error: str
    passes: int


class Summary:
    """What is known of each system after a run."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)
        samples: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for row in self.rows:
            for name, value in row.figures.items():
                samples.setdefault((row.peer, name), []).append((value, row.foreign))
        self._figures = {key: _median(found) for key, found in samples.items()}

    def peers(self) -> list[Peer]:
        """Return the systems of the run, in the order of the catalog."""
        names = {row.peer for row in self.rows}
        return [peer for peer in CATALOG if peer.name in names]

    def get(self, peer: str, figure: str) -> Figure | None:
        """Return a median, None when there is none."""
        parts = SUMS.get(figure)
        if parts is None:
            return self._figures.get((peer, figure))
        found = [self._figures.get((peer, part)) for part in parts]
        known = [part for part in found if part is not None]
        if len(known) < len(parts):
            return None
        return Figure(
            sum(part.value for part in known),
            min(part.samples for part in known),
            sum(part.low for part in known),
            sum(part.high for part in known),
            max(part.foreign for part in known),
        )

    def value(self, peer: str, figure: str) -> float | None:
        """Return the value of a median, None when there is none."""
        found = self.get(peer, figure)
        return None if found is None else found.value

    def failures(self) -> list[Failure]:
        """Return what failed, the same reason once."""
        counts = Counter((row.peer, row.measure, row.error) for row in self.rows if row.error)
        return [Failure(*what, passes) for what, passes in counts.items()]

    def failed(self, peer: str, measure: str) -> bool:
        """Return whether a measure failed in at least one pass and was never good."""
        mine = [row for row in self.rows if (row.peer, row.measure) == (peer, measure)]
        return bool(mine) and all(row.error for row in mine)


def _median(samples: list[tuple[float, float]]) -> Figure:
    """Return the median of the samples that nobody disturbed, of all when there is none."""
    quiet = [sample for sample in samples if sample[1] <= BUSY]
    chosen = quiet or samples
    values = [value for value, _ in chosen]
    foreign = statistics.median(foreign for _, foreign in chosen)
    return Figure(statistics.median(values), len(values), min(values), max(values), foreign)


def number(value: float) -> str:
    """Return three figures of a number, or all before the point."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"

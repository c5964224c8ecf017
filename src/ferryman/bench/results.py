"""What a run measured, and whether its jobs add up."""

from __future__ import annotations

from dataclasses import dataclass, field

from ferryman.bench.measures import Timed, percentile


@dataclass(slots=True)
class Counted:
    """What must agree at the end: jobs submitted, jobs completed by the store, attempts run by the workers."""

    submitted: int = 0
    runs: int = 0
    completed: int = 0
    others: dict[str, int] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Whether every job was completed, and run exactly once."""
        return self.submitted == self.completed == self.runs and not self.others


@dataclass(slots=True)
class Results:
    """What a run measured; None where nothing tells."""

    step: float = 0.0
    sequential: Timed = field(default_factory=Timed)
    concurrent: Timed = field(default_factory=Timed)
    bulk: Timed = field(default_factory=Timed)
    drains: dict[int, Timed] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    server_cpu: float | None = None
    server_commands: float | None = None
    room: float | None = None
    foreign: float | None = None
    counted: Counted = field(default_factory=Counted)

    def latency(self, percent: float) -> float:
        """Return a percentile of the latencies, in seconds."""
        return percentile(self.latencies, percent)

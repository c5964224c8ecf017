"""The goals, and whether a run met them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.peers.peer import AT_MOST_ONCE, Peer
from benchmarks.peers.rivals import RIVALS
from benchmarks.peers.summary import Summary, number

OURS, ON_SQLITE, BARE, BLPOP = "ferryman", "ferryman-sqlite", "bare", "bare-blpop"


@dataclass(frozen=True)
class Verdict:
    """A goal and what was measured; `value` is None when its systems were not part of the run."""

    text: str
    goal: str
    value: float | None
    met: bool | None
    beside: str = ""


@dataclass(frozen=True)
class Goal:
    """A figure of ours, or its ratio to the best of some systems, and its bound."""

    text: str
    figure: str
    bound: float
    #: Whether the bound is the least that is wanted, rather than the most.
    least: bool = True
    #: Those it is compared with; the figure itself is the goal's without any.
    beside: tuple[str, ...] = ()
    peer: str = OURS
    #: The figure of the others, where it has another name.
    theirs: str = ""
    unit: str = ""

    def judge(self, summary: Summary) -> Verdict:
        """Compare."""
        sign = "≥" if self.least else "≤"
        goal = f"{sign} {self.bound:g}{' times' if self.beside else ' ' + self.unit}".rstrip()
        mine = summary.value(self.peer, self.figure)
        others = self._others(summary)
        if mine is None or (self.beside and not others):
            return Verdict(self.text, goal, None, None)
        if not self.beside:
            return Verdict(self.text, goal, mine, self._met(mine))
        rival, best = (max if self.least else min)(others, key=lambda other: other[1])
        ratio = mine / best
        return Verdict(self.text, goal, ratio, self._met(ratio), f"{number(mine)} to {number(best)} ({rival})")

    def _met(self, value: float) -> bool:
        return value >= self.bound if self.least else value <= self.bound

    def _others(self, summary: Summary) -> list[tuple[str, float]]:
        found = [(name, summary.value(name, self.theirs or self.figure)) for name in self.beside]
        return [(name, value) for name, value in found if value is not None]


def _named(peers: Iterable[Peer], wanted: Callable[[Peer], bool]) -> tuple[str, ...]:
    return tuple(peer.name for peer in peers if wanted(peer))


ALL = _named(RIVALS, lambda peer: True)
RECORDING = _named(RIVALS, lambda peer: peer.records)
PYTHON_RECORDING = _named(RIVALS, lambda peer: peer.records and peer.python)
PYTHON_SAFE = _named(RIVALS, lambda peer: peer.python and not peer.guarantee.startswith(AT_MOST_ONCE))

GOALS = [
    Goal("drain, one worker process, to the best at-least-once Python peer", "drain", 6, beside=PYTHON_SAFE),
    Goal("drain, one worker process, to BullMQ", "drain", 2.5, beside=("bullmq",)),
    Goal("drain, one worker process, to the ceiling", "drain", 0.4, beside=(BARE,)),
    Goal("two worker processes to one", "drain2", 1.3, beside=(OURS,), theirs="drain"),
    Goal("two worker processes to every peer's two", "drain2", 1, beside=ALL),
    Goal("bulk submit, to the best Python peer that records the job", "bulk", 8, beside=PYTHON_RECORDING),
    Goal("bulk submit, to BullMQ", "bulk", 4, beside=("bullmq",)),
    Goal("100 concurrent submits, to the best peer", "concurrent", 5, beside=ALL),
    Goal("sequential submit, to the best peer that records the job in one step", "sequential", 1.2, beside=RECORDING),
    Goal("submit to start at 100 jobs/s, p50, to a BLPOP loop", "p50", 1.5, False, (BLPOP,)),
    Goal("submit to start at 100 jobs/s, p99, to a BLPOP loop", "p99", 2, False, (BLPOP,)),
    Goal("Redis processor time per job, submit to finish", "redis_us", 20, False, unit="us"),
    Goal("worker processor time per job", "drain_worker_us", 20, False, unit="us"),
    Goal("bytes in Redis per waiting job", "bytes", 400, False),
    Goal("idle worker, calls of Redis per second", "idle_calls", 1, False),
    Goal("idle worker, % of a core", "idle_cpu", 0.5, False),
    Goal("SQLite drain, to huey on SQLite", "drain", 4, beside=("huey-sqlite",), peer=ON_SQLITE),
    Goal("SQLite drain, to procrastinate on PostgreSQL", "drain", 15, beside=("procrastinate",), peer=ON_SQLITE),
    Goal("POST /submit-job, to a bare endpoint that does one Redis command", "http", 0.6, beside=(BARE,)),
    Goal("cost of the worst of claim, finish, look-up and list, 1M waiting to 1k", "growth", 1.2, False),
    Goal("the same on SQLite", "growth", 1.2, False, peer=ON_SQLITE),
]


def judged(summary: Summary) -> list[Verdict]:
    """Return the verdict on each goal."""
    return [goal.judge(summary) for goal in GOALS]

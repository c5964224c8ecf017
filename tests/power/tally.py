"""The levels of durability, and what a campaign of cuts counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.power.disk import Fault
from tests.power.judge import Verdict
from tests.power.trouble import full, unsynced, unwritable


@dataclass(frozen=True)
class Level:
    """A durability that the store is opened with, and whether no cut may lose what was acknowledged."""

    durability: str
    lossless: bool

    @property
    def faults(self) -> list[Fault]:
        """What may go wrong with the disk before the cut. Only "full" answers for a sync that failed."""
        return [full, unwritable, unsynced] if self.lossless else [full, unwritable]


LEVELS = {name: Level(name, name == "full") for name in ("full", "normal", "off")}


@dataclass
class Tally:
    """What a campaign did and saw."""

    files: int = 0
    cuts: int = 0
    kills: int = 0
    stops: int = 0
    submitted: int = 0
    finished: int = 0
    #: Acknowledged calls that a cut lost, the cuts that lost some, the most that one lost.
    lost: int = 0
    losing: int = 0
    worst: int = 0
    kept_unanswered: int = 0
    #: Writes and syncs that the disk refused while it was up.
    failed: int = 0
    #: What the disk was doing when it ended.
    during: Counter[str] = field(default_factory=Counter)

    def ended(self, cut: bool, phase: str, during: tuple[str, str] | None) -> None:
        """Count an end: by a cut or not, in which phase of a life, and what the disk was doing."""
        if not cut:
            self.kills += during is not None
            self.stops += during is None
            return
        self.cuts += 1
        kind, name = during or ("", "")
        if phase == "work":
            phase = "a commit" if name.endswith("-wal") else "a checkpoint" if kind in ("write", "sync") else "work"
        self.during[phase] += 1

    def judged(self, verdict: Verdict) -> None:
        self.lost += verdict.lost
        self.losing += verdict.lost > 0
        self.worst = max(self.worst, verdict.lost)
        self.kept_unanswered += verdict.kept_unanswered

"""What may go wrong, and how often: drawn for each run, so that some are calm and some are hell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random


@dataclass
class Weather:
    """Chances of each fault at each call; `seen` counts what happened, so that a campaign can prove that it met it."""

    dice: Random
    request_lost: float = 0.0
    reply_lost: float = 0.0
    stall: float = 0.0
    longest_stall: float = 0.0
    signal_lost: float = 0.0
    cancelled: float = 0.0
    #: The store answers nobody.
    down: bool = False
    #: Nothing goes wrong: before a run begins, and once it is to settle.
    fair: bool = True
    seen: Counter[str] = field(default_factory=Counter)

    @classmethod
    def drawn(cls, dice: Random, lease: float) -> Weather:
        """Draw the chances of a run."""

        def chance(most: float) -> float:
            return dice.choice([0.0, 0.0, most / 8, most / 3, most])

        return cls(
            dice,
            request_lost=chance(0.25),
            reply_lost=chance(0.3),
            stall=chance(0.2),
            longest_stall=lease * dice.choice([0.4, 1.5, 3.0]),
            signal_lost=dice.choice([0.0, 0.0, 0.1, 0.5, 1.0]),
            cancelled=chance(0.3),
        )

    def strikes(self, chance: float, name: str) -> bool:
        """Roll the dice for a fault, and count it."""
        if chance and not self.fair and self.dice.random() < chance:
            self.seen[name] += 1
            return True
        return False

    def latency(self) -> float:
        """Return how long a message travels, in seconds."""
        if self.strikes(self.stall, "message stalled"):
            return self.dice.uniform(0.0, self.longest_stall)
        return self.dice.uniform(0.0001, 0.002)

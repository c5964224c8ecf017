"""Where the contract leaves a store a choice: all that two right stores may do differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ferryman.domain.job import Job
from ferryman.domain.lease import Claimed
from ferryman.domain.state import Operation

#: What orders the jobs that an operation may be done to.
Rank = Callable[[Job], Any]


@dataclass
class Answer:
    """What a turn was answered, and when."""

    accepted: list[bool]
    claimed: list[Claimed]
    at: float


class Freedom:
    """Makes the choices: here all that may be done is done, the first first."""

    def take(self, operation: Operation, jobs: Iterable[Job], rank: Rank, most: int) -> list[Job]:
        """Choose the jobs that an operation is done to. The lowest rank is first; which of equal rank is free."""
        return sorted(jobs, key=rank)[:most]

    def repeats(self, answer: Answer) -> bool:
        """Choose whether an answer that need not be remembered any more still is."""
        return True

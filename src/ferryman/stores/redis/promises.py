"""What must be so before a submit is acknowledged, and how Redis is asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.stores.redis.wire import Command

#: Longest wait for replicas and for the disk, in milliseconds: a server with appendfsync everysec syncs each second.
CONFIRM_WITHIN = 2_000


@dataclass(frozen=True, slots=True)
class Promises:
    """What an acknowledged submit promises.

    `replicas` must have a job, unless the job says how many; with `fsync` it is on the server's disk. `allow_volatile`
    accepts a server that keeps nothing when it stops.
    """

    replicas: int = 0
    fsync: bool = False
    allow_volatile: bool = False

    def replicas_for(self, jobs: Sequence[NewJob]) -> int:
        """Return how many replicas must have these jobs, which travel together."""
        return max(self.replicas if job.replicas is None else job.replicas for job in jobs)

    def questions(self, replicas: int) -> list[Command]:
        """Return what is asked behind a submit, on the same connection: Redis answers for what that one wrote."""
        asked: list[Command] = []
        if replicas:
            asked.append(("WAIT", replicas, CONFIRM_WITHIN))
        if self.fsync:
            asked.append(("WAITAOF", 1, 0, CONFIRM_WITHIN))
        return asked

    def check(self, replicas: int, answers: Sequence[Any], shown: str) -> None:
        """Raise `StoreUnavailable` when an answer says less than was promised: the outcome is unknown."""
        rest = list(answers)
        if replicas and (confirmed := rest.pop(0)) < replicas:
            raise StoreUnavailable(
                f"{confirmed} of {replicas} replicas of {shown} confirmed the submit: it is stored, but would be lost "
                "with its server; submit the same again"
            )
        if self.fsync and not rest.pop(0)[0]:
            raise StoreUnavailable(
                f"{shown} did not confirm in time that the submit is on its disk: it is stored, but a power cut could "
                "lose it; submit the same again"
            )

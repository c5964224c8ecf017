"""A lease: a worker's time-limited hold on one attempt of a job."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Lease(NamedTuple):
    """The fencing token of one attempt: only the store's current (attempt, nonce) may change the job.

    The attempt number orders the holders for people and for other systems; the 64-bit nonce decides, since
    a counter alone repeats after a failover or a restored snapshot.
    """

    job_id: str
    attempt: int
    nonce: int


class LeaseState(StrEnum):
    """What the store says of a lease when it is extended."""

    HELD = "held"
    #: Expired and taken over, cancelled or deleted: the attempt must stop, its outcome will be refused.
    LOST = "lost"
    CANCELLED = "cancelled"
    #: The part of the store that has the job gave no answer: whether it is held is not known.
    UNKNOWN = "unknown"


class Claimed(NamedTuple):
    """A job as its worker gets it. A plain tuple: thousands are made per second."""

    id: str
    attempt: int
    nonce: int
    task: str
    queue: str
    args: str
    retries: int
    max_retries: int
    crashes: int
    timeout: float | None

    @property
    def lease(self) -> Lease:
        """The token to finish, extend and report with."""
        return Lease(self.id, self.attempt, self.nonce)

    @property
    def retries_left(self) -> int:
        """How often this job may still be run again after an error."""
        return max(0, self.max_retries - self.retries)

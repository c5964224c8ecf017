"""The attempts of one worker: what runs in its slots, and which leases it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from enum import StrEnum

from ferryman.domain.lease import Claimed, Lease
from ferryman.domain.outcome import Ending, Outcome
from ferryman.worker.context import StopSign


class Reason(StrEnum):
    """Why an attempt was asked to stop."""

    TIMEOUT = "it ran longer than its timeout"
    SHUTDOWN = "its worker is shutting down"
    #: No contact to the store for a whole lease: another worker may run the job by now.
    OUT_OF_TOUCH = "its worker had no contact to the store for a whole lease"
    LOST = "its lease was lost"
    CANCELLED = "the job was cancelled"


#: Nothing that such an attempt could report would be taken.
REVOKED = frozenset({Reason.LOST, Reason.CANCELLED})


class Attempt:
    """One claimed job in a slot. All but `until` and `sign` is touched by the worker's event loop only.

    `until` is when its lease runs out, by the monotonic clock of this process and never later than by the store's.
    """

    __slots__ = ("claimed", "interrupt", "lease", "reason", "settled", "sign", "spoke", "task", "timer", "until")

    def __init__(self, claimed: Claimed, until: float) -> None:
        self.claimed = claimed
        self.lease: Lease = claimed.lease
        self.until = until
        self.reason: Reason | None = None
        #: Its outcome is decided (or there will be none): whatever its code does from now on counts no more.
        self.settled = False
        #: What a task that looks is told; made for those that can look.
        self.sign: StopSign | None = None
        #: How to interrupt the call, while there is one that can be interrupted.
        self.interrupt: Callable[[], object] | None = None
        self.task: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None
        #: It reported progress or log lines.
        self.spoke = False

    def stop(self, reason: Reason) -> None:
        """Ask the attempt to stop; the first reason holds, except that a revoked lease overrules."""
        if self.reason is None or (reason in REVOKED and self.reason not in REVOKED):
            self.reason = reason
        if self.sign is not None:
            self.sign.set()
        if self.interrupt is not None:
            self.interrupt()

    @property
    def revoked(self) -> bool:
        """Whether its lease was taken away, so that there is nothing to report."""
        return self.reason in REVOKED

    def __repr__(self) -> str:
        return f"<attempt {self.claimed.attempt} of {self.claimed.task} {self.claimed.id}>"


class Attempts:
    """Slots and leases.

    An attempt is in `running` while it uses a slot, and in `held` from its claim until the store has its outcome, for
    as long as its lease is to be extended. An ended attempt waits for its report; a stopped one winds down.
    """

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.running: dict[Attempt, None] = {}
        self.held: dict[Attempt, None] = {}
        self.finished = 0
        self.released = 0

    @property
    def free(self) -> int:
        """The number of free slots."""
        return self.slots - len(self.running)

    def add(self, claimed: Claimed, until: float) -> Attempt:
        """Give a claimed job a slot."""
        attempt = Attempt(claimed, until)
        self.running[attempt] = None
        self.held[attempt] = None
        return attempt

    def count(self, outcome: Outcome) -> None:
        """Count an outcome that the store took."""
        if outcome.ending is Ending.RELEASED:
            self.released += 1
        else:
            self.finished += 1

    def snapshot(self) -> list[Attempt]:
        """Return the attempts whose leases are to be extended; safe to call from another thread."""
        # One call into C that runs no Python code, so no other thread changes it meanwhile.
        return list(self.held)

    def stop(self, attempts: Iterable[Attempt], reason: Reason) -> list[Attempt]:
        """Stop those that still matter and return them; one whose outcome is on its way is left alone."""
        stopped = [attempt for attempt in attempts if attempt in self.held and not attempt.settled]
        for attempt in stopped:
            if reason in REVOKED:
                self.held.pop(attempt, None)
            attempt.stop(reason)
        return stopped

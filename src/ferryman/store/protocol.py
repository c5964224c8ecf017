"""The store contract, on one page.

Every method takes a batch, is atomic per job, and may be repeated after an unknown outcome without harm.
Time is the store's. Each raises `StoreUnavailable` when the store cannot answer now (repeat the call) and
`StoreIncompatible` or `StoreMisconfigured` when repeating is pointless. A store object belongs to the event
loop that opened it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ferryman.domain.job import Job, NewJob
from ferryman.domain.lease import Lease
from ferryman.domain.state import Operation
from ferryman.store.failures import FailureGroup
from ferryman.store.history import History, HistoryRequest
from ferryman.store.messages import (
    LARGEST_FEED,
    Changed,
    Command,
    Count,
    FeedEntry,
    Health,
    Pulse,
    QueueRow,
    Report,
    Submitted,
    Turn,
    TurnReply,
    Upkeep,
    WorkerInfo,
    WorkerRow,
)
from ferryman.store.query import Counted, Include, JobFilter, Page, PageRequest


class Inspector(Protocol):
    """What people ask and do."""

    async def get(self, ids: Sequence[str], include: frozenset[Include] = ...) -> list[Job | None]:
        """Return the job of each id, None for those that do not exist."""

    async def find(self, where: JobFilter, page: PageRequest) -> Page:
        """List jobs, newest first; every filter is served by an index or visibly bounded."""

    async def count(self, where: JobFilter) -> Counted:
        """Count jobs: from the kept counts where those tell it, else by looking at 10,000 at most."""

    async def counts(self) -> list[Count]:
        """Return the number of jobs per queue, task and state; kept by the transitions, never counted over rows."""

    async def queues(self) -> list[QueueRow]:
        """Return every queue that has or had jobs or is paused."""

    async def ahead(self, job_id: str) -> Counted | None:
        """Count the pending jobs that stand before a pending one in its queue, 10,000 at most; None if it is none."""

    async def workers(self) -> list[WorkerRow]:
        """Return the workers that announced themselves lately."""

    async def act(self, operation: Operation, ids: Sequence[str]) -> list[Changed]:
        """Cancel, retry, run now or delete jobs; each where its state allows it (see `domain/state.py`)."""

    async def pause(self, queue: str, paused: bool, by: str = "") -> None:
        """Pause or resume a queue: nothing of a paused queue is claimed."""

    async def command(self, worker: str, command: Command | None) -> bool:
        """Leave a command for a worker; False when no such worker is known."""

    async def history(self, request: HistoryRequest) -> History:
        """Return what happened, by the minute or longer; counted by the transitions."""

    async def failures(self, task: str | None = None, most: int = ...) -> list[FailureGroup]:
        """Return the groups of failed jobs (of a task), those that failed last first; kept by the transitions."""

    async def health(self) -> Health:
        """Check the store itself; makes a round trip."""


class Feed(Protocol):
    """A job's live output: ordered, bounded, replayable."""

    async def append(self, reports: Sequence[Report]) -> list[bool]:
        """Add entries; False for a report whose lease is no longer held. Of a feed that grows too long or too large
        (`LONGEST_FEED`, `LARGEST_FEED`) the oldest make room."""

    async def read(self, job_id: str, after: int = 0, limit: int = 100, size: int = LARGEST_FEED) -> list[FeedEntry]:
        """Return the entries behind `after`, oldest first: at most `limit`, and none that begins behind `size` bytes of
        data."""


class Store(Protocol):
    """What clients and workers need."""

    @property
    def inspector(self) -> Inspector:
        """What people ask and do, on the same store."""

    @property
    def feed(self) -> Feed:
        """The live output of jobs, on the same store."""

    async def open(self) -> None:
        """Connect, and create or upgrade what the store needs; called once."""

    async def submit(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        """Store jobs, all or none; a job whose id, key or request is known already is not stored twice."""

    async def turn(self, turn: Turn) -> TurnReply:
        """Finish, promote, recover and claim in one atomic step."""

    async def extend(self, worker: WorkerInfo, leases: Sequence[Lease], lease: float) -> Pulse:
        """Extend leases by `lease` seconds from now and announce the worker; a lost lease is never taken back.

        A store of several servers answers `UNKNOWN` for leases on one that is away.
        """

    async def retire(self, worker: str) -> None:
        """Forget a worker that ended properly; its leases, if any are left, still run out by themselves."""

    async def upkeep(self, limit: int) -> Upkeep:
        """Promote what is due, recover what a worker left, prune what retention lets go; at most `limit` of each."""

    async def wait(self, signals: Sequence[str], timeout: float) -> None:
        """Return when one of the signals (`store/signals.py`) came since the last call, or after `timeout` seconds."""

    async def close(self) -> None:
        """Let go of files and connections; waiting calls end first."""

    def abandon(self) -> None:
        """Let go of files and connections of a store whose event loop was closed without closing it."""

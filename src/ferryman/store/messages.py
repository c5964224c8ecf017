"""The values that travel between a store and those who use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ferryman.domain.lease import Claimed, Lease, LeaseState
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation, State


class Submitted(NamedTuple):
    """The answer to one submitted job.

    `created` is False when the job existed already: the same id was sent before, or a kept job of the task
    has the same key, or the same request was made before. `replayed` is True when it is this very job of the same
    request (`NewJob.request`). `conflict` is True when that earlier request asked for something else: then no job of
    this one is stored, and `id` is one of the earlier one's.
    """

    id: str
    created: bool
    conflict: bool = False
    replayed: bool = False


#: Turns that a worker may have under way at once.
TRACKS = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a worker: finish what ended, promote and recover a bounded number, claim for the free slots.

    `request` is a fresh random number of 63 bits: sending the same turn again gives the same answer and
    changes nothing more, and it is the nonce of every lease that the turn grants. `want` is the number of free
    slots; `tasks` are the names this worker can run; `lease` is in seconds. A worker has at most one turn under way on
    each `track`, and the answer to its last one there is kept.
    """

    worker: str
    request: int
    queues: Sequence[str]
    tasks: Sequence[str]
    outcomes: Sequence[Outcome] = ()
    want: int = 0
    lease: float = 15.0
    track: int = 0


@dataclass(frozen=True, slots=True)
class TurnReply:
    """The answer to a turn.

    `accepted` has an entry per outcome: False says that lease was no longer held and nothing was changed.
    `due_in` is the time in seconds until the next scheduled job is due or the next lease runs out, None when
    there is neither.
    """

    accepted: Sequence[bool]
    claimed: Sequence[Claimed]
    due_in: float | None


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How many jobs one round of upkeep promoted, recovered and pruned; `more` says a bound was hit.

    `due_in` is the time in seconds until the next job is due or the next lease runs out, None when there is neither.
    """

    promoted: int = 0
    recovered: int = 0
    pruned: int = 0
    more: bool = False
    due_in: float | None = None


class Command(StrEnum):
    """What an operator may ask of a worker."""

    QUIET = "quiet"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """A worker as it announces itself. Times are seconds since the epoch, memory is in bytes."""

    id: str
    host: str
    pid: int
    version: str
    queues: tuple[str, ...]
    tasks: tuple[str, ...]
    slots: int
    busy: int = 0
    started_at: float = 0.0
    memory: int | None = None
    loop_lag: float | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Pulse:
    """The answer to a heartbeat: the state of each lease, and a command if an operator left one."""

    leases: Sequence[LeaseState]
    command: Command | None = None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as the store knows it: `seen_at` is when it last announced itself, by the store's clock."""

    info: WorkerInfo
    seen_at: float
    alive: bool
    command: Command | None = None


class Count(NamedTuple):
    """How many jobs of a task in a queue are in a state; only counts above zero exist."""

    queue: str
    task: str
    state: State
    jobs: int


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue: whether and since when it is paused, and its jobs by state."""

    name: str
    paused: bool = False
    paused_at: float | None = None
    paused_by: str | None = None
    counts: dict[State, int] = field(default_factory=dict)
    oldest_pending_at: float | None = None


class Changed(NamedTuple):
    """The answer to an operator's action on one job: `state` is the job's state now, None when there is no such job."""

    id: str
    done: bool
    state: State | None


#: Jobs ahead of one are counted up to here: whoever has more before it need not know how many.
MOST_AHEAD = 10_000

#: The actions an operator may take on jobs.
ACTIONS = (Operation.CANCEL, Operation.RETRY, Operation.RUN_NOW, Operation.DELETE)


#: Entries kept per job, and bytes of their data; the oldest make room, never the last one.
LONGEST_FEED = 1_000
LARGEST_FEED = 1_048_576


class FeedKind(StrEnum):
    """What an entry of a job's live feed is."""

    PROGRESS = "progress"
    LOG = "log"
    OUTPUT = "output"


class Report(NamedTuple):
    """Something a running attempt says: fenced by its lease. `data` is JSON text."""

    lease: Lease
    kind: FeedKind
    data: str


class FeedEntry(NamedTuple):
    """One entry of a job's feed: `id` counts them from 1, `at` is in seconds since the epoch, `data` is JSON text."""

    id: int
    attempt: int
    at: float
    kind: FeedKind
    data: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `doctor` found: how bad it is (ok, warning, error), what it is, and how to mend it."""

    level: str
    what: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """How a store is: its kind, the durability level it gives, where it lives (without passwords), its findings."""

    store: str
    level: str
    place: str
    findings: Sequence[Finding] = ()

"""What happened, by the minute and longer: what transitions count, and how people ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from ferryman.domain.errors import InvalidOption
from ferryman.domain.histogram import LAST_CLASS, NOTHING, Histogram

#: Most buckets in one answer.
MOST_BUCKETS = 1_000


class Step(IntEnum):
    """The lengths of time by which a store keeps its counts, in seconds."""

    MINUTE = 60
    FIVE_MINUTES = 300
    HOUR = 3_600
    DAY = 86_400


#: For how long a store keeps the counts of each length, in seconds.
KEPT = {Step.MINUTE: 8 * 3_600, Step.FIVE_MINUTES: 2 * 86_400, Step.HOUR: 90 * 86_400, Step.DAY: 730 * 86_400}


class Item(IntEnum):
    """What is counted, by the number under which stores keep it: part of their formats."""

    SUBMITTED = 1
    COMPLETED = 2
    FAILED = 3
    CANCELLED = 4
    RETRIED = 5
    CRASHED = 6
    #: No count: the largest number of milliseconds for which a pending job was seen to wait.
    OLDEST = 9
    #: From here on one for each class of a histogram (`domain/histogram.py`).
    WAIT = 10
    RUN = WAIT + LAST_CLASS + 1


class Apart(StrEnum):
    """What rows of history are told apart by, besides their time."""

    LANE = "lane"
    QUEUE = "queue"
    TASK = "task"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """What to tell: the last `buckets` of `step` times `every` seconds each, the one that is not over yet included.

    `queue` and `task` leave out all others.
    """

    step: Step
    buckets: int
    every: int = 1
    apart: Apart = Apart.LANE
    queue: str | None = None
    task: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.buckets <= MOST_BUCKETS:
            raise InvalidOption("buckets", f"buckets must be from 1 to {MOST_BUCKETS}, got {self.buckets}")

    @property
    def width(self) -> int:
        """The seconds in a bucket."""
        return self.step * self.every

    def since(self, now: float) -> int:
        """Return when the first bucket begins, in seconds since the epoch."""
        return int(now // self.width - self.buckets + 1) * self.width

    def wants(self, queue: str, task: str) -> bool:
        """Whether a lane is asked for."""
        return (self.queue is None or queue == self.queue) and (self.task is None or task == self.task)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """What happened in a bucket that begins `at`, in a queue and of a task; None for all of them.

    `submitted`, `completed`, `failed` and `cancelled` count jobs. `retried` counts attempts that ended by an error and
    whose job waits for the next, `crashed` those whose worker died. `wait` has the seconds that a job waited from when
    it could first be claimed until it was; `run` those from the start of an attempt to the end that its worker
    reported. `oldest` is the most that a pending job was seen to have waited by upkeep, in seconds.
    """

    at: int
    queue: str | None
    task: str | None
    submitted: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    retried: int = 0
    crashed: int = 0
    wait: Histogram = NOTHING
    run: Histogram = NOTHING
    oldest: float | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The answer: the rows with anything in them, in order of time; `now` and `since` are the store's times."""

    now: float
    since: int
    rows: Sequence[HistoryRow]


#: As a plain number: thousands are compared with it.
_OLDEST = int(Item.OLDEST)


class Sums:
    """Adds up what a store has kept, by what a request tells apart."""

    def __init__(self, request: HistoryRequest, now: float) -> None:
        self._request = request
        self._now = now
        self._since = request.since(now)
        self._sums: dict[tuple[int, str, str], dict[int, int]] = {}

    @property
    def since(self) -> int:
        """When the first bucket begins."""
        return self._since

    def add(self, at: int, queue: str, task: str, counts: Iterable[tuple[int, int]]) -> None:
        """Add what was kept of a time, as numbers of items and how many; what is too old is passed over."""
        if at < self._since:
            return
        apart = self._request.apart
        key = (
            at - at % self._request.width,
            queue if apart in (Apart.LANE, Apart.QUEUE) else "",
            task if apart in (Apart.LANE, Apart.TASK) else "",
        )
        sums = self._sums.setdefault(key, {})
        for item, count in counts:
            known = sums.get(item, 0)
            sums[item] = max(known, count) if item == _OLDEST else known + count

    def history(self) -> History:
        """Return the sums."""
        rows = [_row(at, queue or None, task or None, sums) for (at, queue, task), sums in sorted(self._sums.items())]
        return History(self._now, self._since, rows)


def _row(at: int, queue: str | None, task: str | None, sums: Mapping[int, int]) -> HistoryRow:
    oldest = sums.get(Item.OLDEST)
    return HistoryRow(
        at,
        queue,
        task,
        sums.get(Item.SUBMITTED, 0),
        sums.get(Item.COMPLETED, 0),
        sums.get(Item.FAILED, 0),
        sums.get(Item.CANCELLED, 0),
        sums.get(Item.RETRIED, 0),
        sums.get(Item.CRASHED, 0),
        _histogram(sums, Item.WAIT),
        _histogram(sums, Item.RUN),
        None if oldest is None else oldest / 1_000,
    )


def _histogram(sums: Mapping[int, int], first: Item) -> Histogram:
    inside = sorted((item - first, count) for item, count in sums.items() if first <= item <= first + LAST_CLASS)
    return Histogram(tuple(inside))

"""What an operator may ask of the jobs in a store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self

from ferryman.domain.errors import InvalidOption, did_you_mean, shown
from ferryman.domain.job import Job
from ferryman.domain.state import State
from ferryman.store.error_text import says

LARGEST_PAGE = 200
#: Where no index says how many there are, jobs are looked at up to here; and for a page a store may look at less.
MOST_LOOKED_AT = 10_000
#: Most values of one part of a filter.
MOST_VALUES = 100
#: Hexadecimal digits of an id: all of them, and the fewest that are taken for the beginning of one.
WHOLE_ID, FEWEST_DIGITS = 32, 8
#: Digits of the id of a group of failures.
GROUP_DIGITS = 16

_GROUP = re.compile(rf"[0-9a-f]{{{GROUP_DIGITS}}}")
_DIGITS = re.compile(r"[0-9a-f]+")


class Include(StrEnum):
    """Parts of a job that are only read when asked for."""

    ARGS = "args"
    RESULT = "result"
    ATTEMPTS = "attempts"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs to list; an empty part means "any". Jobs must match every part that is given.

    Of several values of a part any will do, but a job must have all of the `tags`. `ids` are hexadecimal digits:
    whole ids, or the beginning of one. `keys` are those of the `tasks`. `workers` are those that run the job now.
    `failures` are ids of groups of failures (`store/failures.py`): failed jobs. `error` is text in the type or the
    message of the job's last error, whatever the case of A to Z; where no state is named it means failed jobs.
    `before` and `after` are seconds since the epoch: submitted earlier than, and at or later than.
    """

    states: tuple[State, ...] = ()
    queues: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    error: str = ""
    before: float | None = None
    after: float | None = None

    def __post_init__(self) -> None:
        for name in ("states", "queues", "tasks", "tags", "ids", "keys", "workers", "failures"):
            if len(getattr(self, name)) > MOST_VALUES:
                raise InvalidOption("query", f"{name} has more than {MOST_VALUES} values: ask for some at a time")
        self._check_states()
        self._check_ids()
        self._check_failures()
        if self.keys and not self.tasks:
            raise InvalidOption("query", f"key:{self.keys[0]} needs its task: keys belong to one, so add task:NAME")
        if self.workers:
            self._imply(State.PROCESSING, f"worker:{self.workers[0]} finds jobs that run now")
        if self.error:
            if State.COMPLETED in self.states:
                raise InvalidOption("query", f"error:{self.error} finds no completed job: take state:completed away")
            if not self.states:
                self._imply(State.FAILED, "")

    def _check_states(self) -> None:
        known = [state.value for state in State]
        for state in self.states:
            if state not in known:
                hint = did_you_mean(state, known) or f" States: {', '.join(known)}."
                raise InvalidOption("state", f"there is no state {state!r}.{hint}")

    def _check_ids(self) -> None:
        for digits in self.ids:
            if not (FEWEST_DIGITS <= len(digits) <= WHOLE_ID and _DIGITS.fullmatch(digits)):
                how = f"{FEWEST_DIGITS} to {WHOLE_ID} hexadecimal digits"
                raise InvalidOption("id", f"{shown(digits)} is no id and no beginning of one: it must be {how}")
        if len(self.ids) > 1 and self.beginning:
            raise InvalidOption("id", f"id:{self.beginning} is a part: give whole ids, or the beginning of one")
        if self.ids and self.keys:
            raise InvalidOption("query", "id: and key: both say which job it is: leave one of them out")

    def _check_failures(self) -> None:
        for group in self.failures:
            if not _GROUP.fullmatch(group):
                how = f"ids have {GROUP_DIGITS} hexadecimal digits"
                raise InvalidOption("failure", f"{shown(group)} is no group of failures: {how}")
        if self.failures:
            self._imply(State.FAILED, f"failure:{self.failures[0]} finds failed jobs")

    def _imply(self, state: State, why: str) -> None:
        if self.states not in ((), (state,)):
            raise InvalidOption("state", f"{why}: take {', '.join(f'state:{one}' for one in self.states)} away")
        object.__setattr__(self, "states", (state,))

    @property
    def beginning(self) -> str:
        """The digits that an id is to begin with, empty when no such part is given."""
        return next((digits for digits in self.ids if len(digits) < WHOLE_ID), "")

    @property
    def counted(self) -> bool:
        """Whether the counts that a store keeps per queue, task and state tell how many there are."""
        return self == JobFilter(self.states, self.queues, self.tasks)

    @property
    def grouped(self) -> bool:
        """Whether the counts that a store keeps per group of failures tell how many there are."""
        return bool(self.failures) and self == JobFilter(failures=self.failures)

    @property
    def indexed(self) -> bool:
        """Whether an index has just these, in the order of their submission."""
        return not (self.scanned or self.ids or self.keys)

    @property
    def scanned(self) -> bool:
        """Whether jobs must be looked at one by one, since no index has just these."""
        if self.ids or self.keys:
            return bool(self.beginning)
        if self.failures:
            return bool(self.queues or self.tasks or self.tags or self.error)
        lanes = bool(self.states or self.queues or self.tasks)
        return bool(self.workers or self.error) or (len(self.tags) + lanes > 1 and bool(self.tags))

    def matches(self, job: Job) -> bool:
        """Whether a job is one of these."""
        digits = job.id.replace("-", "")
        return (
            all(tag in job.tags for tag in self.tags)
            and (not self.states or job.state in self.states)
            and (not self.queues or job.queue in self.queues)
            and (not self.tasks or job.task in self.tasks)
            and (not self.ids or digits.startswith(self.ids))
            and (not self.keys or job.key in self.keys)
            and (not self.workers or job.worker in self.workers)
            and (not self.failures or job.failure in self.failures)
            and (not self.error or (job.error is not None and says(job.error, self.error)))
            and (self.before is None or job.submitted_at < self.before)
            and (self.after is None or job.submitted_at >= self.after)
        )


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of the list: `cursor` comes from the page before; newest submitted first unless `oldest_first`."""

    limit: int = 50
    cursor: str | None = None
    oldest_first: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= LARGEST_PAGE:
            raise InvalidOption("limit", f"limit must be from 1 to {LARGEST_PAGE}, got {self.limit}")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list; `cursor` leads to the next part and is None at the end.

    `examined` is how many jobs were looked at one by one for it. With `complete` False the page ended there: it has
    fewer jobs than it could have, perhaps none, and the cursor goes on.
    """

    jobs: Sequence[Job]
    cursor: str | None
    examined: int = 0
    complete: bool = True


class Counted(NamedTuple):
    """How many there are; at least so many when `exact` is False."""

    jobs: int
    exact: bool

    @classmethod
    def up_to(cls, most: int, jobs: int, exact: bool = True) -> Self:
        """Return a number, or the most that is counted."""
        return cls(min(jobs, most), exact and jobs <= most)

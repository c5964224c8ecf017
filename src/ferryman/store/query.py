"""What an operator may ask of the jobs in a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ferryman.domain.errors import InvalidOption, did_you_mean
from ferryman.domain.job import Job
from ferryman.domain.state import State

LARGEST_PAGE = 200


class Include(StrEnum):
    """Parts of a job that are only read when asked for."""

    ARGS = "args"
    RESULT = "result"
    ATTEMPTS = "attempts"


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs to list; an empty tuple means "any". Jobs must match every part that is given."""

    states: tuple[State, ...] = ()
    queues: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = [state.value for state in State]
        for state in self.states:
            if state not in known:
                hint = did_you_mean(state, known) or f" States: {', '.join(known)}."
                raise InvalidOption("state", f"there is no state {state!r}.{hint}")


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
    """A part of the list; `cursor` leads to the next part and is None at the end."""

    jobs: Sequence[Job]
    cursor: str | None

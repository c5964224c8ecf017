"""What an operator may ask of the jobs in a store."""

from __future__ import annotations

import shlex
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
    REQUEST = "request"


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

    def matches(self, job: Job) -> bool:
        """Whether a job is one of these."""
        return (
            all(tag in job.tags for tag in self.tags)
            and (not self.states or job.state in self.states)
            and (not self.queues or job.queue in self.queues)
            and (not self.tasks or job.task in self.tasks)
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
    """A part of the list; `cursor` leads to the next part and is None at the end."""

    jobs: Sequence[Job]
    cursor: str | None


#: The fields of a query and the part of `JobFilter` that each fills.
FIELDS = {"state": "states", "queue": "queues", "task": "tasks", "tag": "tags"}
_HOW = 'Write state:failed queue:mail task:send_email tag:x, values with spaces as tag:"two words".'


def parse_query(text: str) -> JobFilter:
    """Read a query as a person types it: `state:failed,cancelled queue:mail task:send_email tag:x`.

    Terms are `field:value`. Several values of a field, by comma or by naming it again, mean "any of them"; tags take
    no comma and mean "all of them". An empty query is every job. Raises `InvalidOption` saying which term is wrong.
    """
    try:
        terms = shlex.split(text)
    except ValueError:
        raise InvalidOption("query", f"{text!r} has an unfinished quotation. {_HOW}") from None
    parts: dict[str, tuple[str, ...]] = dict.fromkeys(FIELDS.values(), ())
    for term in terms:
        field, colon, value = term.partition(":")
        if not colon or field not in FIELDS or not value:
            raise InvalidOption("query", f"{term!r} is no term of a query.{_hint(term, field, bool(colon))}")
        values = (value,) if field == "tag" else tuple(filter(None, value.split(",")))
        parts[FIELDS[field]] += values
    states = tuple(_state(word) for word in parts["states"])
    return JobFilter(states, parts["queues"], parts["tasks"], parts["tags"])


def _hint(term: str, field: str, has_colon: bool) -> str:
    """Guess what a term that is none was meant to be."""
    if not has_colon and term in list(State):
        return f" Did you mean 'state:{term}'?"
    return (did_you_mean(field, FIELDS) if has_colon else "") or f" {_HOW}"


def _state(word: str) -> State:
    try:
        return State(word)
    except ValueError:
        known = [state.value for state in State]
        hint = did_you_mean(word, known) or f" States: {', '.join(known)}."
        raise InvalidOption("state", f"there is no state {word!r}.{hint}") from None

"""One action on many jobs: which ones, how many, are you sure, and then step by step."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ferryman.bulk import Bulk, Tally, aimed
from ferryman.cli.console import LINE, is_terminal, note
from ferryman.cli.failures import ExitCode, Failure
from ferryman.domain.errors import InvalidOption
from ferryman.domain.ids import parse_job_id
from ferryman.domain.state import Operation, State
from ferryman.store.protocol import Store
from ferryman.store.query import Counted, JobFilter
from ferryman.store.query_text import parse_query

#: What an action is called in "Cancel 3 jobs?" and after it is done.
WORDS = {
    Operation.CANCEL: ("Cancel", "cancelled"),
    Operation.RETRY: ("Retry", "to be run again"),
    Operation.RUN_NOW: ("Run now", "to be run now"),
    Operation.DELETE: ("Delete", "deleted"),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """The jobs a person named: by id, or by a query."""

    ids: tuple[str, ...] = ()
    where: JobFilter | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """How many jobs of each state a query finds; at least so many of those that were not counted to the end."""

    states: dict[State, Counted]

    @property
    def jobs(self) -> int:
        """How many it finds in all, at least."""
        return sum(counted.jobs for counted in self.states.values())

    def __str__(self) -> str:
        exact = all(counted.exact for counted in self.states.values())
        return f"{'' if exact else 'at least '}{self.jobs:,} {'job' if self.jobs == 1 else 'jobs'}"

    @property
    def by_state(self) -> str:
        """The numbers by state, for a person."""
        return ", ".join(
            f"{'' if counted.exact else 'at least '}{counted.jobs:,} {state.value}"
            for state, counted in self.states.items()
            if counted.jobs or not counted.exact
        )


def select(operation: Operation, words: Sequence[str]) -> Selection:
    """Read ids or a query; raises `InvalidOption` for neither, and for states that the action cannot start from."""
    if not words:
        raise InvalidOption("query", "which jobs? Give ids, or a query such as state:failed queue:mail.")
    if all(":" not in word and word not in list(State) for word in words):
        return Selection(ids=tuple(dict.fromkeys(parse_job_id(word) for word in words)))
    return Selection(where=aimed(operation, parse_query(" ".join(words), time.time())))


async def count(store: Store, where: JobFilter) -> Found:
    """Count the jobs of a query by state."""
    states = {state: await store.inspector.count(replace(where, states=(state,))) for state in where.states}
    return Found({state: counted for state, counted in states.items() if counted.jobs or not counted.exact})


def act(operation: Operation, where: JobFilter, found: Found, *, yes: bool, dry_run: bool) -> Bulk | None:
    """Return the action once a person agreed to it, None when there is nothing to do; raises `Failure`."""
    word, _ = WORDS[operation]
    if dry_run or not found.states:
        print(f"{word} {found}" + (" (dry run: nothing was done)" if dry_run else ": none match"))
        return None
    if not agree(f"{word} {found} ({found.by_state})?", yes=yes):
        note("Nothing was done.")
        return None
    return Bulk(operation, where)


def agree(question: str, *, yes: bool, fix: str = "Add -y to do it, or --dry-run to see the count only.") -> bool:
    """Ask a question, unless it was answered before; raises `Failure`, with this `fix`, where nobody can answer."""
    if yes:
        return True
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise Failure(
            f"{question} Nothing was done",
            "nobody said yes, and nobody is here to be asked: this is no terminal",
            fix,
            ExitCode.REFUSED,
        )
    note(f"{question} [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


async def follow(store: Store, bulk: Bulk, found: Found) -> Tally:
    """Do it step by step, showing how far it is; may be begun again after the store was away."""
    async for tally in bulk.run(store.inspector):
        LINE.show(f"{tally.done:,} of {found}")
    LINE.clear()
    return bulk.tally


def conclude(operation: Operation, tally: Tally) -> None:
    """Say what was done."""
    print(f"{tally.done:,} {'job' if tally.done == 1 else 'jobs'} {WORDS[operation][1]}")

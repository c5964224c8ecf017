"""One action on many jobs: which ones, how many, are you sure, and then page by page."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from ferryman.cli.console import LINE, is_terminal, note
from ferryman.cli.failures import ExitCode, Failure
from ferryman.domain.errors import InvalidOption
from ferryman.domain.ids import parse_job_id
from ferryman.domain.state import Operation, State, sources
from ferryman.store.protocol import Store
from ferryman.store.query import LARGEST_PAGE, JobFilter, PageRequest
from ferryman.store.query_text import parse_query

#: What an action is called in "Cancel 3 jobs?" and after it is done.
WORDS = {
    Operation.CANCEL: ("Cancel", "cancelled"),
    Operation.RETRY: ("Retry", "to be run again"),
    Operation.RUN_NOW: ("Run now", "to be run now"),
    Operation.DELETE: ("Delete", "deleted"),
}
#: A query that names no state means these: `jobs retry queue:mail` is no wish to run completed jobs again.
_MEANT = {Operation.RETRY: (State.FAILED,)}


@dataclass(frozen=True, slots=True)
class Selection:
    """The jobs a person named: by id, or by a query."""

    ids: tuple[str, ...] = ()
    where: JobFilter | None = None


def select(operation: Operation, words: Sequence[str]) -> Selection:
    """Read ids or a query; raises `InvalidOption` for neither, `Failure` for states the action cannot start from."""
    if not words:
        raise InvalidOption("query", "which jobs? Give ids, or a query such as state:failed queue:mail.")
    if all(":" not in word and word not in list(State) for word in words):
        return Selection(ids=tuple(dict.fromkeys(parse_job_id(word) for word in words)))
    where = parse_query(" ".join(words), time.time())
    allowed = sources(operation)
    for state in where.states:
        if state not in allowed:
            raise Failure(
                f"cannot {operation.value} jobs that are {state.value}",
                f"it is for jobs that are {', '.join(s.value for s in State if s in allowed)}",
                "Change the state: term of the query, or leave it out.",
                ExitCode.REFUSED,
            )
    states = where.states or _MEANT.get(operation, tuple(state for state in State if state in allowed))
    return Selection(where=replace(where, states=states))


async def count(store: Store, where: JobFilter) -> Counter[State]:
    """Count the jobs of a query by state: from the kept counts, or with tags by walking the pages."""
    if not where.tags:
        rows = [
            row
            for row in await store.inspector.counts()
            if row.state in where.states
            and (not where.queues or row.queue in where.queues)
            and (not where.tasks or row.task in where.tasks)
        ]
        return sum((Counter({row.state: row.jobs}) for row in rows), Counter())
    found: Counter[State] = Counter()
    async for page in pages(store, where):
        found.update(job_state for _, job_state in page)
    return found


async def pages(store: Store, where: JobFilter) -> AsyncIterator[list[tuple[str, State]]]:
    """Walk the jobs of a query, newest first; those submitted meanwhile do not come into it."""
    cursor = None
    while True:
        page = await store.inspector.find(where, PageRequest(LARGEST_PAGE, cursor))
        yield [(job.id, job.state) for job in page.jobs]
        cursor = page.cursor
        if cursor is None:
            return


def confirm(operation: Operation, found: Counter[State], *, yes: bool) -> bool:
    """Ask before many jobs are touched; raises `Failure` where nobody can answer."""
    total = found.total()
    by_state = ", ".join(f"{number:,} {state.value}" for state, number in found.items())
    return agree(f"{WORDS[operation][0]} {total:,} {'job' if total == 1 else 'jobs'} ({by_state})?", yes=yes)


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


async def act_on_query(store: Store, operation: Operation, where: JobFilter, total: int) -> int:
    """Do it page by page, showing how far it is; return how many were done."""
    done = 0
    async for page in pages(store, where):
        if page:
            changed = await store.inspector.act(operation, [job_id for job_id, _ in page])
            done += sum(change.done for change in changed)
            LINE.show(f"{done:,} of {total:,}")
    LINE.clear()
    return done

"""One action on many jobs: on those that a query finds, or on those that are named.

The jobs are walked by the order of their submission, from the newest to the oldest, and each once: one that is
submitted meanwhile stands before the beginning, and one that the action, or what came of it, brings back into the query
stands behind us. So the walk ends, though acting on jobs takes them out of what the query finds. Nothing of it is
stored: where it was cut off, the same query finds the jobs that are left.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from ferryman.domain.errors import InvalidOption
from ferryman.domain.state import WAITING, Operation, State, sources
from ferryman.store.messages import Changed
from ferryman.store.protocol import Inspector
from ferryman.store.query import LARGEST_PAGE, JobFilter, PageRequest

#: Jobs that are acted on in one call of the store, and the most that may be named.
STEP = 1_000
#: A query that names no state means these: to retry what queue mail has is no wish to run its completed jobs again.
MEANT = {Operation.RETRY: (State.FAILED,)}


@dataclass(frozen=True, slots=True)
class Tally:
    """How far an action is: jobs that it was done to, that refused since their state does not allow it, and that were
    gone; and how many jobs were looked at to find them."""

    done: int = 0
    refused: int = 0
    gone: int = 0
    examined: int = 0

    @property
    def touched(self) -> int:
        """How many jobs the store was asked to change."""
        return self.done + self.refused + self.gone

    def with_changes(self, changes: Sequence[Changed]) -> Tally:
        """Return this with the answers to one call."""
        done = sum(change.done for change in changes)
        gone = sum(not change.done and change.state is None for change in changes)
        refused = len(changes) - done - gone
        return Tally(self.done + done, self.refused + refused, self.gone + gone, self.examined)


def aimed(operation: Operation, where: JobFilter) -> JobFilter:
    """Return the filter for the jobs that an action can be done to; raises `InvalidOption` for states it cannot."""
    if where == JobFilter():
        fix = "name some, such as queue:mail, or all of a state, such as state:failed"
        raise InvalidOption("query", f"an empty query means every job: {fix}")
    allowed = tuple(state for state in State if state in sources(operation))
    for state in where.states:
        if state not in allowed:
            raise InvalidOption(
                "query",
                f"cannot {operation} jobs that are {state}: it is for jobs that are {', '.join(allowed)}; "
                "change the state: term",
            )
    return where if where.states else replace(where, states=MEANT.get(operation, allowed))


def waiting_in(queue: str) -> JobFilter:
    """Return the filter for what a purge of a queue deletes: the jobs that wait in it."""
    return JobFilter(tuple(state for state in State if state in WAITING), (queue,))


class Bulk:
    """An action on the jobs that a filter finds; may be begun again after the store was away, and goes on."""

    def __init__(self, operation: Operation, where: JobFilter) -> None:
        self.tally = Tally()
        self._operation = operation
        self._where = where
        self._cursor: str | None = None
        self._ended = False

    async def run(self, inspector: Inspector) -> AsyncGenerator[Tally, None]:
        """Do it in steps, and tell after each how far it is; raises what the store raises."""
        while not self._ended:
            cursor, examined, ids = self._cursor, 0, list[str]()
            # As many as one call may take, unless finding them takes long: then what was found is acted on meanwhile.
            while len(ids) + LARGEST_PAGE <= STEP:
                page = await inspector.find(self._where, PageRequest(LARGEST_PAGE, cursor))
                ids += [job.id for job in page.jobs]
                examined += page.examined or len(page.jobs)
                cursor = page.cursor
                if cursor is None or not page.complete:
                    break
            # The oldest first: jobs that are sent to the line are to stand there as they came.
            changes = await inspector.act(self._operation, ids[::-1]) if ids else ()
            self._cursor, self._ended = cursor, cursor is None
            self.tally = replace(self.tally, examined=self.tally.examined + examined).with_changes(changes)
            yield self.tally


async def act_on(inspector: Inspector, operation: Operation, ids: Sequence[str]) -> Tally:
    """Act on jobs that are named, `STEP` of them at most."""
    return Tally(examined=len(ids)).with_changes(await inspector.act(operation, ids))

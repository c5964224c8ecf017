"""The life of a job, as data: whatever is not an edge here is a bug."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where a job stands."""

    SCHEDULED = "scheduled"
    BLOCKED = "blocked"
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({State.COMPLETED, State.FAILED, State.CANCELLED})
WAITING = frozenset({State.SCHEDULED, State.BLOCKED, State.PENDING})

#: The four words of `GET /job-status/{job_id}`.
STATUS = {
    State.SCHEDULED: "pending",
    State.BLOCKED: "pending",
    State.PENDING: "pending",
    State.PROCESSING: "processing",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "failed",
}


class Operation(StrEnum):
    """What moves a job along an edge."""

    SUBMIT = "submit"
    PROMOTE = "promote"
    CLAIM = "claim"
    FINISH = "finish"
    RECOVER = "recover"
    CANCEL = "cancel"
    RETRY = "retry"
    RUN_NOW = "run-now"
    DELETE = "delete"
    PRUNE = "prune"


class Edge(NamedTuple):
    """One legal move; None stands for "does not exist"."""

    source: State | None
    operation: Operation
    target: State | None


def _edges(operation: Operation, sources: frozenset[State | None], targets: frozenset[State | None]) -> set[Edge]:
    return {Edge(source, operation, target) for source in sources for target in targets}


_NOWHERE = frozenset({None})
_RUNNING = frozenset({State.PROCESSING})

TRANSITIONS: frozenset[Edge] = frozenset(
    _edges(Operation.SUBMIT, _NOWHERE, WAITING)
    | _edges(Operation.PROMOTE, frozenset({State.SCHEDULED, State.BLOCKED}), frozenset({State.PENDING}))
    | _edges(Operation.RUN_NOW, frozenset({State.SCHEDULED}), frozenset({State.PENDING}))
    | _edges(Operation.CLAIM, frozenset({State.PENDING}), _RUNNING)
    # Finish: an outcome ends the job, or a retry or snooze schedules it, or a release hands it back.
    | _edges(Operation.FINISH, _RUNNING, FINAL | {State.SCHEDULED, State.PENDING})
    | _edges(Operation.RECOVER, _RUNNING, frozenset({State.PENDING, State.FAILED}))
    | _edges(Operation.CANCEL, WAITING | _RUNNING, frozenset({State.CANCELLED}))
    | _edges(Operation.RETRY, FINAL, frozenset({State.PENDING}))
    | _edges(Operation.DELETE, WAITING | FINAL, _NOWHERE)
    | _edges(Operation.PRUNE, FINAL, _NOWHERE)
)


def sources(operation: Operation) -> frozenset[State]:
    """Return the states from which an operation may start."""
    return frozenset(e.source for e in TRANSITIONS if e.operation is operation and e.source is not None)

"""When two answers to the same call say the same."""

from __future__ import annotations

from collections.abc import Sequence

from ferryman.store.messages import Pulse, Submitted, TurnReply, Upkeep
from tests.model.lines import moment
from tests.model.queue import Queue


def same(got: object, expected: object) -> bool:
    """Whether a plain answer is the same."""
    return got == expected


def same_reply(got: TurnReply, expected: TurnReply, lines: int) -> bool:
    """Whether a worker is told the same by a turn. Of many lines nobody knows all that is due."""
    same_due = lines > 1 or got.due_in == expected.due_in
    return same_due and (list(got.accepted), list(got.claimed)) == (list(expected.accepted), list(expected.claimed))


def same_pulse(got: Pulse, expected: Pulse) -> bool:
    """Whether a worker is told the same by a heartbeat."""
    return (list(got.leases), got.command) == (list(expected.leases), expected.command)


def same_upkeep(got: Upkeep, expected: Upkeep) -> bool:
    """Whether the same was kept up. That `more` is said when there is more is seen elsewhere (`observed.py`)."""
    return (got.promoted, got.recovered, got.pruned, moment(got.due_in)) == (
        expected.promoted,
        expected.recovered,
        expected.pruned,
        expected.due_in,
    )


def same_submitted(model: Queue, got: Sequence[Submitted], expected: Sequence[Submitted]) -> bool:
    """Whether the same was stored. A conflict may name any job of the earlier request."""

    def agree(one: Submitted, other: Submitted) -> bool:
        job, another = model.jobs.by_id.get(one.id), model.jobs.by_id.get(other.id)
        if not (one.conflict and other.conflict and job and another):
            return one == other
        return job in model.jobs.of_request(another.request)

    return len(got) == len(expected) and all(map(agree, got, expected))

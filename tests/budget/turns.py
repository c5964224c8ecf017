"""Turns as a worker with a hundred slots takes them when all its attempts end at once: always the same."""

from __future__ import annotations

import itertools

from ferryman.app import Ferryman
from ferryman.domain.outcome import Outcome
from ferryman.store.messages import Turn
from tests.budget.work import TOGETHER


async def turns(ferry: Ferryman, count: int) -> None:
    """Claim and complete so many jobs; they wait already."""
    store = (await ferry.connections.here()).store
    outcomes: list[Outcome] = []
    for request in itertools.count(1):
        want = min(TOGETHER, count)
        reply = await store.turn(Turn("budget", request, (), tuple(ferry.tasks), outcomes, want, 3_600.0))
        assert len(reply.claimed) == want, f"{want} jobs were there and {len(reply.claimed)} were claimed"
        assert all(reply.accepted), "an outcome was refused"
        if not want:
            return
        count -= want
        outcomes = [Outcome.completed(job.lease, "1") for job in reply.claimed]

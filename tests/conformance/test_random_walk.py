"""Some hundred random operations, several times over; after each, what a store may never break holds."""

from __future__ import annotations

import random

import pytest

from ferryman.domain.state import Operation, State
from tests.conformance.random_walk import IN_A_TURN, IN_UPKEEP, Walk, reachable
from tests.conformance.world import World

STEPS = 400


@pytest.mark.parametrize("seed", range(8))
async def test_no_walk_leads_astray(world: World, seed: int) -> None:
    walk = Walk(world, random.Random(seed))
    for _ in range(STEPS):
        await walk.step()
    assert len(walk.done) == 8, "some operation was never done"
    assert len(walk.stale) > 10, "too little happened"


def test_what_a_walk_calls_legal_is_not_everything() -> None:
    assert reachable(State.COMPLETED, IN_A_TURN) == {State.COMPLETED}
    assert reachable(State.COMPLETED, IN_UPKEEP) == {State.COMPLETED, None}
    assert reachable(State.PENDING, frozenset({Operation.CANCEL})) == {State.PENDING, State.CANCELLED}
    assert reachable(None, IN_A_TURN) == {None}

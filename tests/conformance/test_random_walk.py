"""What the random walk, which the power cuts take, calls legal is not everything. Stores themselves: `tests/model`."""

from ferryman.domain.state import Operation, State
from tests.conformance.random_walk import IN_A_TURN, IN_UPKEEP, reachable


def test_what_a_walk_calls_legal_is_not_everything() -> None:
    assert reachable(State.COMPLETED, IN_A_TURN) == {State.COMPLETED}
    assert reachable(State.COMPLETED, IN_UPKEEP) == {State.COMPLETED, None}
    assert reachable(State.PENDING, frozenset({Operation.CANCEL})) == {State.PENDING, State.CANCELLED}
    assert reachable(None, IN_A_TURN) == {None}

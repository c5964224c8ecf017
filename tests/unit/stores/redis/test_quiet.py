"""Which partitions a worker passes over: those that had nothing, unless something stirred in them meanwhile."""

from __future__ import annotations

from ferryman.store.messages import TurnReply
from ferryman.stores.redis.turn import _Quiet, _Visit

NOTHING = {0: _Visit(TurnReply((), (), None), 5)}


def test_a_partition_that_had_nothing_is_passed_over_until_it_stirs() -> None:
    now = 10.0
    quiet = _Quiet(None, 2, lambda: now)
    quiet.note(NOTHING, 10.0, hears=True)
    assert quiet.awake(range(2)) == [1]
    quiet.forget([0])
    assert quiet.awake(range(2)) == [0, 1]


def test_what_stirs_while_the_answer_is_on_its_way_is_not_passed_over() -> None:
    # Seen red when the answer overruled it: the job waited for the next look, since those behind it do not stir again.
    now = 10.0
    quiet = _Quiet(None, 2, lambda: now)
    now = 10.1
    quiet.forget([0])
    now = 10.2
    quiet.note(NOTHING, 10.0, hears=True)
    assert quiet.awake(range(2)) == [0, 1]

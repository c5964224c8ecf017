"""A worker's turn: outcomes go to the partitions of their jobs, and jobs are claimed where there are some."""

from __future__ import annotations

from collections.abc import Sequence

from ferryman.domain.outcome import Ending, Outcome
from ferryman.store.messages import Turn, TurnReply
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.rows import claimed_of, milliseconds, token


class Turns:
    """Takes turns on one partition."""

    def __init__(self, calls: Calls, kept: Sequence[int]) -> None:
        self._calls = calls
        self._kept = kept

    async def take(self, turn: Turn) -> TurnReply:
        """Finish, recover, promote and claim."""
        accepted, due_in, claimed = await self._calls.run("turn", 0, *self._values(turn, turn.outcomes, turn.want))
        return TurnReply(
            [mark == 49 for mark in accepted],  # "1"
            claimed_of(claimed, turn.request),
            None if due_in < 0 else due_in / 1_000,
        )

    def _values(self, turn: Turn, outcomes: Sequence[Outcome], want: int) -> list[Value]:
        """Write a turn as turn.lua reads it."""
        values: list[Value] = [*self._kept, turn.worker, turn.request, want, milliseconds(turn.lease)]
        values += (len(turn.tasks), *turn.tasks, len(turn.queues), *turn.queues)
        for lease, ending, result, error, delay in outcomes:
            said = (result or "null") if ending is Ending.COMPLETED else (error or "")
            values += (token(lease), ending.value, said.encode(), milliseconds(delay))
        return values

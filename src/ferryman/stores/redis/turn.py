"""A worker's turn over one partition or many.

Outcomes go to the partitions of their jobs. Free slots are filled from one partition after the other, beginning at a
different one each time, and only from those that may have something: an idle worker asks all of them now and then, not
one by one in a circle. The order is fixed by the request's number, so that a turn sent again goes the same way and
meets the answers that were kept for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from ferryman.domain.lease import Claimed
from ferryman.domain.outcome import Ending, Outcome
from ferryman.store.messages import Turn, TurnReply
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.places import place_of
from ferryman.stores.redis.rows import claimed_of, milliseconds, token

#: A partition that had nothing is asked again after this time although no signal came, in seconds.
LOOK_AGAIN = 1.0


class Turns:
    """Takes turns. `hears` says whether signals come, without which no partition may be passed over."""

    def __init__(self, calls: Calls, hears: Callable[[], bool]) -> None:
        self._calls = calls
        self._hears = hears
        #: By partition: until when it has nothing for whoever took the last turn, and when something is due in it.
        self._quiet = _Quiet(None, calls.partitions)

    def stir(self, partition: int | None) -> None:
        """Note that a partition may have something, or any of them for None."""
        self._quiet.forget(range(self._calls.partitions) if partition is None else [partition])

    async def take(self, turn: Turn) -> TurnReply:
        """Finish, recover, promote and claim."""
        if self._calls.partitions == 1:
            return await self._take_in(0, turn, turn.outcomes, turn.want)
        if self._quiet.caller != _caller(turn):
            self._quiet = _Quiet(_caller(turn), self._calls.partitions)
        return await self._take_everywhere(turn, self._quiet)

    async def _take_everywhere(self, turn: Turn, quiet: _Quiet) -> TurnReply:
        count = self._calls.partitions
        groups: dict[int, list[int]] = {}
        for position, outcome in enumerate(turn.outcomes):
            groups.setdefault(place_of(outcome.lease.job_id, count), []).append(position)
        accepted = [False] * len(turn.outcomes)
        claimed: list[Claimed] = []
        visited: dict[int, tuple[TurnReply, int]] = {}

        async def visit(partition: int, want: int) -> None:
            positions = groups.pop(partition, [])
            reply = await self._take_in(partition, turn, [turn.outcomes[position] for position in positions], want)
            for position, answer in zip(positions, reply.accepted, strict=True):
                accepted[position] = answer
            claimed.extend(reply.claimed)
            visited[partition] = reply, want

        begun = time.monotonic()
        ahead = quiet.awake((turn.request + step) % count for step in range(count))
        while ahead and len(claimed) < turn.want:
            await visit(ahead.pop(0), turn.want - len(claimed))
        # A turn that neither reports nor claims only looks, at all of them.
        rest = list(groups) if turn.outcomes or turn.want else ahead
        await asyncio.gather(*[visit(partition, 0) for partition in rest])
        # Only now: a turn that failed half-way is sent again, and must go the same way.
        quiet.note(visited, begun, self._hears())
        return TurnReply(accepted, claimed, quiet.due_in())

    async def _take_in(self, partition: int, turn: Turn, outcomes: Sequence[Outcome], want: int) -> TurnReply:
        values = self._values(turn, outcomes, want)
        accepted, due_in, claimed = await self._calls.run("turn", partition, *values)
        return TurnReply(
            [mark == ord("1") for mark in accepted],
            claimed_of(claimed, turn.request),
            None if due_in < 0 else due_in / 1_000,
        )

    def _values(self, turn: Turn, outcomes: Sequence[Outcome], want: int) -> list[Value]:
        """Write a turn as turn.lua reads it."""
        values: list[Value] = [turn.worker, turn.request, want, milliseconds(turn.lease)]
        values += (len(turn.tasks), *turn.tasks, len(turn.queues), *turn.queues)
        for lease, ending, result, error, delay in outcomes:
            if ending is Ending.COMPLETED:
                values += (token(lease), b"+%b" % (result or "null").encode())
            else:
                values += (token(lease), f"{ending.value} {milliseconds(delay)} {error or ''}".encode())
        return values


def _caller(turn: Turn) -> tuple[object, ...]:
    return turn.worker, tuple(turn.queues), tuple(turn.tasks)


class _Quiet:
    """What is known of each partition from the caller's last visits."""

    def __init__(self, caller: tuple[object, ...] | None, count: int) -> None:
        self.caller = caller
        self._until = [0.0] * count
        self._due: list[float | None] = [None] * count

    def awake(self, partitions: Iterable[int]) -> list[int]:
        """Return those that may have something."""
        now = time.monotonic()
        return [partition for partition in partitions if self._until[partition] <= now]

    def forget(self, partitions: Iterable[int]) -> None:
        """Let these be visited again."""
        for partition in partitions:
            self._until[partition] = 0.0

    def note(self, visited: Mapping[int, tuple[TurnReply, int]], begun: float, hears: bool) -> None:
        """Take note of the answers that came to a turn which began at a time."""
        for partition, (reply, want) in visited.items():
            self._due[partition] = None if reply.due_in is None else begun + reply.due_in
            if hears and want > len(reply.claimed):
                rest = LOOK_AGAIN if reply.due_in is None else min(LOOK_AGAIN, reply.due_in)
                self._until[partition] = begun + rest

    def due_in(self) -> float | None:
        """Return the seconds until something is due in any partition; None for never."""
        due = min((at for at in self._due if at is not None), default=None)
        return None if due is None else max(0.0, due - time.monotonic())

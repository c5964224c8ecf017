"""A worker's turn over one partition or many.

On many, outcomes go to the partitions of their jobs first: when one gives no answer the turn fails before anything is
claimed, since a job that is claimed and not heard of would cost a lease. Then free slots are filled from one partition
after the other, beginning at a different one each time, and only from those that may have something: an idle worker
asks all of them now and then, not one by one in a circle. One that gives no answer is passed over, and asked the very
same again when its time comes. The order is fixed by the request's number, so that a turn sent again goes the same way
and meets the answers that were kept for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.lease import Claimed
from ferryman.domain.outcome import Ending, Outcome
from ferryman.store.messages import Turn, TurnReply
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.places import spread
from ferryman.stores.redis.rows import claimed_of, milliseconds, token

#: A partition that had nothing is asked again after this time although no signal came, in seconds.
LOOK_AGAIN = 1.0
#: A partition that is asked for jobs must answer within this time, in seconds; then it is passed over.
ANSWER_WITHIN = 2.0
#: One that gave no answer is left alone for this time, in seconds, unless it stirs: each try holds the turn up.
REST_FROM_TROUBLE = 8.0


class Turns:
    """Takes turns. `hears` says whether signals come, without which no partition may be passed over."""

    def __init__(self, calls: Calls, hears: Callable[[], bool]) -> None:
        self._calls = calls
        self._hears = hears
        #: By partition: until when it has nothing for whoever took the last turn, and when something is due in it.
        self._monotonic = calls.ports.monotonic
        self._quiet = _Quiet(None, calls.partitions, self._monotonic)
        #: By partition and track: the request that got no answer, which is kept for that track alone.
        self._unanswered: dict[tuple[int, int], int] = {}
        #: By partition: how far its clock is ahead of ours, in seconds.
        self._ahead: dict[int, float] = {}

    def stir(self, partition: int | None) -> None:
        """Note that a partition may have something, or any of them for None."""
        self._quiet.forget(range(self._calls.partitions) if partition is None else [partition])

    async def take(self, turn: Turn) -> TurnReply:
        """Finish, recover, promote and claim."""
        if self._calls.partitions == 1:
            return await self._take_in(0, turn, turn.outcomes, turn.want)
        if self._quiet.caller != _caller(turn):
            self._quiet = _Quiet(_caller(turn), self._calls.partitions, self._monotonic)
        return await self._take_everywhere(turn, self._quiet)

    async def _take_everywhere(self, turn: Turn, quiet: _Quiet) -> TurnReply:
        accepted = await self._finish(turn)
        if turn.outcomes and not turn.want:
            return TurnReply(accepted, (), quiet.due_in())
        count = self._calls.partitions
        begun = self._monotonic()
        claimed: list[Claimed] = []
        visited: dict[int, _Visit] = {}
        trouble: StoreUnavailable | None = None
        for partition in quiet.awake((turn.request + step) % count for step in range(count)):
            want = turn.want - len(claimed)
            if turn.want and not want:
                break
            try:
                reply = await self._claim_in(partition, turn, want)
            except StoreUnavailable as error:
                visited[partition], trouble = _Visit(None, want), error
                if claimed:
                    break  # they want to be begun
                continue
            visited[partition] = _Visit(reply, want)
            claimed.extend(reply.claimed)
        if trouble is not None and all(visit.reply is None for visit in visited.values()):
            raise trouble
        # Only now: a turn that failed half-way is sent again, and must go the same way.
        quiet.note(visited, begun, self._hears())
        return TurnReply(accepted, claimed, quiet.due_in())

    async def _claim_in(self, partition: int, turn: Turn, want: int) -> TurnReply:
        """Claim in one partition; what it was asked before without an answer is asked again, with the same number."""
        request = self._unanswered.pop((partition, turn.track), turn.request)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self._take_in(partition, replace(turn, request=request), (), want)
        except (TimeoutError, StoreUnavailable) as error:
            self._unanswered[partition, turn.track] = request
            raise StoreUnavailable(str(error) or f"partition {partition} gave no answer in time") from error

    async def _finish(self, turn: Turn) -> list[bool]:
        """Report the outcomes, each where its job is."""
        # Under a name of its own: the answer to this and the one to a claim of the same turn are kept side by side.
        ends = replace(turn, worker=f"{turn.worker} ends")

        async def finish_in(partition: int, positions: Sequence[int]) -> Sequence[bool]:
            outcomes = [turn.outcomes[position] for position in positions]
            return (await self._take_in(partition, ends, outcomes, 0)).accepted

        return await spread([outcome.lease.job_id for outcome in turn.outcomes], self._calls.partitions, finish_in)

    async def _take_in(self, partition: int, turn: Turn, outcomes: Sequence[Outcome], want: int) -> TurnReply:
        waits_until = 0
        if partition in self._ahead:
            waits_until = milliseconds(self._calls.passing() + self._ahead[partition] + ANSWER_WITHIN)
        values = self._values(turn, outcomes, want, waits_until)
        accepted, due_in, claimed, now = await self._calls.run("turn", partition, *values)
        if self._calls.partitions > 1:
            self._ahead[partition] = int(now) / 1_000 - self._calls.passing()
        return TurnReply(
            [mark == ord("1") for mark in accepted],
            claimed_of(claimed, turn.request),
            None if due_in < 0 else due_in / 1_000,
        )

    def _values(self, turn: Turn, outcomes: Sequence[Outcome], want: int, waits_until: int) -> list[Value]:
        """Write a turn as turn.lua reads it."""
        values: list[Value] = [turn.worker, turn.track, turn.request, want, milliseconds(turn.lease), waits_until]
        values += (len(turn.tasks), *turn.tasks, len(turn.queues), *turn.queues)
        for lease, ending, result, error, delay in outcomes:
            if ending is Ending.COMPLETED:
                values += (token(lease), b"+%b" % (result or "null").encode())
            else:
                values += (token(lease), f"{ending.value} {milliseconds(delay)} {error or ''}".encode())
        return values


def _caller(turn: Turn) -> tuple[object, ...]:
    return turn.worker, tuple(turn.queues), tuple(turn.tasks)


class _Visit(NamedTuple):
    """What a partition answered, None for nothing, and how many jobs it was asked for."""

    reply: TurnReply | None
    want: int


class _Quiet:
    """What is known of each partition from the caller's last visits."""

    def __init__(self, caller: tuple[object, ...] | None, count: int, monotonic: Callable[[], float]) -> None:
        self.caller = caller
        self._monotonic = monotonic
        self._until = [0.0] * count
        self._stirred = [float("-inf")] * count
        self._due: list[float | None] = [None] * count

    def awake(self, partitions: Iterable[int]) -> list[int]:
        """Return those that may have something."""
        now = self._monotonic()
        return [partition for partition in partitions if self._until[partition] <= now]

    def forget(self, partitions: Iterable[int]) -> None:
        """Let these be visited again."""
        for partition in partitions:
            self._until[partition] = 0.0
            self._stirred[partition] = self._monotonic()

    def note(self, visited: Mapping[int, _Visit], begun: float, hears: bool) -> None:
        """Take note of the answers that came to a turn which began at a time."""
        for partition, (reply, want) in visited.items():
            if reply is None:
                self._until[partition] = self._monotonic() + REST_FROM_TROUBLE
                continue
            self._due[partition] = None if reply.due_in is None else begun + reply.due_in
            # What stirred since may have come after the partition answered, though before its answer was here.
            if hears and want > len(reply.claimed) and self._stirred[partition] < begun:
                rest = LOOK_AGAIN if reply.due_in is None else min(LOOK_AGAIN, reply.due_in)
                self._until[partition] = begun + rest

    def due_in(self) -> float | None:
        """Return the seconds until something is due in any partition; None for never."""
        due = min((at for at in self._due if at is not None), default=None)
        return None if due is None else max(0.0, due - self._monotonic())

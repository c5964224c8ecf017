"""A store in memory that answers at once: what a job costs on it, it costs the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ferryman.domain.lease import Claimed, Lease, LeaseState
from ferryman.store.messages import Pulse, Turn, TurnReply, WorkerInfo
from tests.unit.fakes.memory_store import MemoryStore


class InstantStore(MemoryStore):
    """Has so many jobs of one task to give away, and accepts every outcome."""

    def __init__(self, task: str, count: int) -> None:
        super().__init__()
        self._waiting = [
            Claimed(f"job-{number}", 1, number, task, "budget", '{"number": 1}', 0, 3, 0, None)
            for number in range(count)
        ]
        self.accepted = 0

    async def turn(self, turn: Turn) -> TurnReply:
        await asyncio.sleep(0)  # as every store does, so that the worker's other tasks go on
        self.accepted += len(turn.outcomes)
        claimed, self._waiting = self._waiting[: turn.want], self._waiting[turn.want :]
        return TurnReply([True] * len(turn.outcomes), claimed, None)

    async def extend(self, worker: WorkerInfo, leases: Sequence[Lease], lease: float) -> Pulse:
        return Pulse([LeaseState.HELD for _ in leases])

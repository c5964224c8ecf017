"""The store on Redis: scripts on one partition or many, and signals between the processes that share them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from ferryman.domain.clock import Clock
from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.domain.lease import Lease, LeaseState
from ferryman.domain.retention import Retention
from ferryman.ports import SYSTEM, Ports
from ferryman.store.messages import TRACKS, Command, Pulse, Submitted, Turn, TurnReply, Upkeep, WorkerInfo
from ferryman.stores.redis.address import Address
from ferryman.stores.redis.calls import Calls
from ferryman.stores.redis.feed import RedisFeed
from ferryman.stores.redis.inspector import WORKER_KEPT, RedisInspector
from ferryman.stores.redis.links import Link, link_to
from ferryman.stores.redis.places import HOME, spread
from ferryman.stores.redis.promises import Promises
from ferryman.stores.redis.rows import milliseconds, token, worker_text
from ferryman.stores.redis.server import check_server
from ferryman.stores.redis.signals import Signals
from ferryman.stores.redis.submit import submit
from ferryman.stores.redis.turn import Turns

#: Most jobs of a kind that one call of upkeep moves: a herd must not hold up the server.
MOST_KEPT_UP = 128
#: A server of a cluster must answer a heartbeat within this time, in seconds: others must not wait for it.
EXTEND_WITHIN = 2.0


class RedisStore:
    """The `Store` of `store/protocol.py` on Redis 6.2 or later, or Valkey.

    `clock` and `link` are for tests: a clock other than the system's takes the place of the server's.
    """

    def __init__(
        self,
        address: Address,
        retention: Retention,
        promises: Promises,
        *,
        clock: Clock,
        ports: Ports = SYSTEM,
        link: Link | None = None,
    ) -> None:
        self._promises = promises
        self._kept = tuple(
            milliseconds(seconds) for seconds in (retention.completed, retention.failed, retention.cancelled)
        )
        self._calls = Calls(address, clock, ports, link or link_to(address))
        self._turns = Turns(self._calls, lambda: self._signals.alive)
        self._signals = Signals(
            address.prefix, address.shown, self._calls.link.subscriber, self._turns.stir, ports.monotonic
        )
        self.inspector = RedisInspector(self._calls)
        self.feed = RedisFeed(self._calls)

    async def open(self) -> None:
        """Connect, and check that the server can be trusted with jobs.

        Raises `StoreMisconfigured` (not persistent, evicts keys, refuses the user), `StoreIncompatible` (too old, or
        written by a newer version of Ferryman), `StoreUnavailable`.
        """
        try:
            await check_server(self._calls, self._promises)
        except BaseException:
            await self.close()
            raise

    async def submit(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        """Store jobs; all or none of those that share a partition.

        Raises `StoreUnavailable` also when replicas or disk do not confirm what was promised: the jobs are stored, and
        submitting them again asks again.
        """
        answers = await submit(self._calls, jobs, self._promises)
        self._turns.stir(None)
        return answers

    async def turn(self, request: Turn) -> TurnReply:
        """Finish, recover, promote and claim."""
        return await self._turns.take(request)

    async def extend(self, worker: WorkerInfo, leases: Sequence[Lease], lease: float) -> Pulse:
        """Extend the leases that are held, and announce the worker."""
        announced, length = worker_text(worker, lease), milliseconds(lease)
        command: Command | None = None
        answered = False
        troubles: list[Exception] = []

        async def extend_in(partition: int, positions: Sequence[int]) -> list[LeaseState]:
            nonlocal command, answered
            tokens = [token(leases[position]) for position in positions]
            try:
                async with asyncio.timeout(None if self._calls.partitions == 1 else EXTEND_WITHIN):
                    states, left = await self._calls.run("extend", partition, worker.id, announced, length, *tokens)
            except (TimeoutError, StoreUnavailable) as error:
                troubles.append(error)
                # A server of a cluster is away; what is held on the others is held.
                return [LeaseState.UNKNOWN] * len(positions)
            answered = True
            if partition == HOME and left:
                command = Command(left.decode())
            return [LeaseState(state.decode()) for state in states]

        jobs = [one.job_id for one in leases]
        states = await spread(jobs, self._calls.partitions, extend_in, always=[HOME])
        if not answered:
            raise troubles[0]
        return Pulse(states, command)

    async def retire(self, worker: str) -> None:
        """Forget a worker that ended properly."""
        await self._calls.everywhere("retire_worker", worker, TRACKS)

    async def upkeep(self, limit: int) -> Upkeep:
        """Promote, recover and prune in every partition."""
        most = min(limit, MOST_KEPT_UP)
        done = await self._calls.everywhere("upkeep", most, milliseconds(WORKER_KEPT), *self._kept)
        promoted, recovered, pruned, looked, due = zip(*done, strict=True)
        more = any(count >= most for count in (*promoted, *recovered, *looked))
        due_in = min((wait for wait in due if wait >= 0), default=None)
        return Upkeep(sum(promoted), sum(recovered), sum(pruned), more, None if due_in is None else due_in / 1_000)

    async def wait(self, signals: Sequence[str], timeout: float) -> None:
        """Return when one of the signals was sent, or after `timeout` seconds."""
        await self._signals.wait(signals, timeout)

    async def close(self) -> None:
        """Let calls under way end and close the connections; whoever waits is woken first."""
        await self._signals.close()
        await self._calls.close()

    def abandon(self) -> None:
        """Forget the connections of a loop that is gone: they close with their sockets."""
        self._calls.closed = True
        with contextlib.suppress(RuntimeError):
            self._calls.link.abandon()

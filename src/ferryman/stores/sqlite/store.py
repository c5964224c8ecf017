"""The store on SQLite: one writer, a few readers, and signals between the processes that share the file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ferryman.domain.clock import Clock
from ferryman.domain.errors import InvalidOption, StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.domain.lease import Lease, LeaseState
from ferryman.domain.retention import Retention
from ferryman.ports import SYSTEM, Ports
from ferryman.store.hearing import Hearing
from ferryman.store.messages import TRACKS, Command, Pulse, Submitted, Turn, TurnReply, Upkeep, WorkerInfo
from ferryman.store.signals import is_workers
from ferryman.stores.sqlite import actions, submit, turn, wakeups
from ferryman.stores.sqlite.connection import check_place, connect, translated
from ferryman.stores.sqlite.feed import SqliteFeed
from ferryman.stores.sqlite.inspector import SqliteInspector
from ferryman.stores.sqlite.lanes import Lanes
from ferryman.stores.sqlite.migrate import migrate
from ferryman.stores.sqlite.readers import Readers
from ferryman.stores.sqlite.rows import worker_text
from ferryman.stores.sqlite.writer import Transaction, Writer


class SqliteStore:
    """The `Store` of `store/protocol.py` on the file at `path`.

    `durability` is "full" (an acknowledged submit survives a power cut), "normal" (it survives a killed process) or
    "off" (for tests). `clock` gives the store's time in seconds since the epoch.
    """

    def __init__(
        self, path: Path, retention: Retention, *, durability: str, clock: Clock, ports: Ports = SYSTEM
    ) -> None:
        self._path = path
        self._retention = retention
        self._synchronous = durability.upper()
        self._clock = clock
        self._sender = wakeups.Sender(ports.datagrams)
        self._hearing = Hearing()
        self._listener = wakeups.Listener(self._hearing)
        self._lanes = Lanes()
        self._writer = Writer(path, self._synchronous, clock, self._sender.send, self._lanes.forget, ports)
        self._readers = Readers(path)
        self._heard: dict[str, float] = {}
        self._counter: sqlite3.Connection | None = None
        self._net: asyncio.Task[None] | None = None
        self.inspector = SqliteInspector(path, self._writer, self._readers, retention, clock)
        self.inspector.level = f"sqlite-{durability}"
        self.feed = SqliteFeed(self._writer, self._readers)

    async def open(self) -> None:
        """Create or upgrade the file and start the threads.

        Raises `StoreMisconfigured` (place, permissions, not ours), `StoreIncompatible` (newer), `StoreUnavailable`.
        """
        try:
            await asyncio.to_thread(self._open_file)
        except BaseException:
            await self.close()
            raise

    def _open_file(self) -> None:
        check_place(self._path)
        with translated(self._path):
            connection = connect(self._path, self._synchronous)
            try:
                migrate(connection, self._path)
            finally:
                connection.close()
            self._sender.open()
            self._writer.start()
            self._counter = connect(self._path, self._synchronous)

    async def submit(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        """Store jobs, all or none; raises `InvalidOption` for one that asks for replicas, which a file has not."""
        if not jobs:
            return []
        if any(job.replicas for job in jobs):
            raise InvalidOption("replicas", "replicas are for Redis: a SQLite file has none, leave the option out")
        return await self._writer.run(lambda transaction: submit.submit(transaction, jobs, self._lanes))

    async def turn(self, request: Turn) -> TurnReply:
        """Finish, promote, recover and claim in one transaction; a turn without work writes nothing."""
        return await self._writer.run(
            lambda transaction: turn.take_turn(transaction, request, self._retention),
            lambda transaction: turn.glance(transaction, request),
        )

    async def extend(self, worker: WorkerInfo, leases: Sequence[Lease], lease: float) -> Pulse:
        """Extend the leases that are held, and announce the worker."""

        def work(transaction: Transaction) -> Pulse:
            rows = json.dumps(leases)
            transaction.run("extend_leases", rows, transaction.now + lease)
            states = json.loads(transaction.run("extend_states", rows).fetchone()[0])
            command = transaction.run(
                "announce_worker", worker.id, worker_text(worker), transaction.now, lease
            ).fetchone()[0]
            return Pulse([LeaseState(state) for state in states], Command(command) if command else None)

        return await self._writer.run(work)

    async def retire(self, worker: str) -> None:
        """Forget a worker that ended properly."""

        def work(transaction: Transaction) -> None:
            transaction.connection.execute("DELETE FROM worker WHERE id = ?", (worker,))
            askers = [(turn.asker(worker, track),) for track in range(TRACKS)]
            transaction.connection.executemany("DELETE FROM turn WHERE worker = ?", askers)

        await self._writer.run(work)

    async def upkeep(self, limit: int) -> Upkeep:
        """Promote, recover and prune; writes nothing when there is nothing to do."""

        def work(transaction: Transaction) -> Upkeep:
            promoted, recovered, pruned = actions.upkeep(transaction, limit, self._retention)
            more = (
                promoted >= min(limit, turn.MOST_PROMOTED)
                or recovered >= min(limit, turn.MOST_RECOVERED)
                or pruned >= limit
            )
            return Upkeep(promoted, recovered, pruned, more, turn.due_in(transaction))

        return await self._writer.run(
            work,
            lambda transaction: (
                Upkeep(due_in=turn.due_in(transaction)) if actions.nothing_to_keep_up(transaction) else None
            ),
        )

    async def wait(self, signals: Sequence[str], timeout: float) -> None:
        """Return when one of the signals was sent, or after `timeout` seconds.

        The first wait for a signal returns at once: what was sent before it was registered is not known.
        """
        self._spread_net()
        if await self._register(signals):
            return
        await self._hearing.wait(signals, timeout)

    def _spread_net(self) -> None:
        """Begin to watch the change counter, from what it says now: before the caller's first look, not after it."""
        if self._counter is None:
            raise StoreUnavailable(f"the store {self._path} is closed")
        if self._net is None or self._net.done():
            with translated(self._path):
                seen = wakeups.change_counter(self._counter)
            self._net = asyncio.create_task(self._watch_counter(self._counter, seen), name="ferryman-net")

    async def _register(self, signals: Sequence[str]) -> bool:
        """Note our port for signals that are new or whose registration ages; return whether any was new."""
        now = self._clock()
        aged = [s for s in signals if abs(now - self._heard.get(s, float("-inf"))) > wakeups.LISTENER_LIFE / 3]
        if not aged:
            return False
        if not self._listener.port:
            try:
                await self._listener.open()
            except OSError as error:
                raise StoreUnavailable(f"no UDP port on {wakeups.LOOPBACK} for wake-ups: {error}") from error
        fresh = any(signal not in self._heard for signal in aged)
        await self._writer.run(lambda transaction: wakeups.register(transaction, self._listener.port, aged))
        self._heard.update(dict.fromkeys(aged, now))
        return fresh

    async def _watch_counter(self, connection: sqlite3.Connection, seen: int) -> None:
        """Wake whoever waits when another process committed, in case its datagram did not come.

        Not who waits for a worker's own signals: the next beat is near anyway, and beats are commits, so that the
        workers of one file would wake each other for ever.
        """
        while True:
            await asyncio.sleep(wakeups.NET_INTERVAL)
            if not self._hearing.waiting:
                continue
            try:
                counter = wakeups.change_counter(connection)
            except sqlite3.Error:
                continue  # whoever waits will meet the error in its next call, and tell it
            if counter != seen:
                seen = counter
                self._hearing.note(frozenset(signal for signal in self._heard if not is_workers(signal)))

    async def close(self) -> None:
        """End the threads and close the file; whoever waits is woken first."""
        if self._net is not None:
            self._net.cancel()
            await asyncio.gather(self._net, return_exceptions=True)
        port = self._listener.port
        self._listener.close()
        if self._heard and not self._writer.closed:
            with contextlib.suppress(StoreUnavailable):  # the registration ages and is pruned
                await self._writer.run(lambda transaction: wakeups.unregister(transaction, port))
        await asyncio.to_thread(self.abandon)

    def abandon(self) -> None:
        """End the threads and close the file, of whatever loop."""
        self._writer.stop()
        self._readers.close()
        self._sender.close()
        if self._counter is not None:
            self._counter.close()
            self._counter = None

"""The one thread that writes: whatever asks while a transaction is under way shares the next (group commit)."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from ferryman import failpoints
from ferryman.domain.clock import Clock
from ferryman.domain.errors import StoreMisconfigured, StoreUnavailable
from ferryman.ports import Ports
from ferryman.store.signals import ANY_QUEUE, queue_signal
from ferryman.stores.sqlite import chronicle
from ferryman.stores.sqlite.connection import PATIENCE, connect, identity, translate
from ferryman.stores.sqlite.queries import sql

T = TypeVar("T")

#: How often a thread that waits for the interpreter may ask for it, in seconds. By Python's default (5 ms) the writer
#: would wait that long at each statement while the event loop is busy. It holds for the whole process.
SWITCH_INTERVAL = 0.0005

#: Most requests in one transaction: the first of them waits for the last.
LARGEST_GROUP = 64
#: Pause before the write lock is tried again while another process holds it. SQLite's own waiting grows to 100 ms,
#: which starves whoever meets a busy process.
LOCK_PAUSE = 0.0003


@dataclass(slots=True)
class Transaction:
    """What a request works with: the connection and the time.

    `signals` are sent once it is committed. `counts` is what happened, which is written down before.
    """

    connection: sqlite3.Connection
    now: float
    signals: set[str] = field(default_factory=set)
    counts: chronicle.Counts = field(default_factory=Counter)

    def tell_queues(self, queues: Iterable[str]) -> None:
        """Signal that there may be something to claim in these queues."""
        signals = {queue_signal(queue) for queue in queues}
        self.signals |= signals | ({ANY_QUEUE} if signals else set())

    def run(self, name: str, *values: Any) -> sqlite3.Cursor:
        """Execute the statement in queries/`name`.sql."""
        return self.connection.execute(sql(name), values)

    def value(self, statement: str, *values: Any) -> Any:
        """Execute SQL text and return the first column of the first row, None without a row."""
        row = self.connection.execute(statement, values).fetchone()
        return None if row is None else row[0]


@dataclass(slots=True)
class _Request(Generic[T]):
    work: Callable[[Transaction], T]
    #: Answers without a transaction when there is nothing to write; None says a transaction is needed.
    glance: Callable[[Transaction], T | None] | None
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[T]


_Answer = tuple[asyncio.Future[Any], Any, BaseException | None]


class Writer:
    """Runs requests in transactions, in order, in its own thread."""

    def __init__(
        self,
        path: Path,
        synchronous: str,
        clock: Clock,
        committed: Callable[[Transaction], None],
        undone: Callable[[], None],
        ports: Ports,
    ) -> None:
        """`committed` sends a transaction's signals; `undone` drops what was remembered of writes that were undone."""
        self._path = path
        self._synchronous = synchronous
        self._clock = clock
        self._committed = committed
        self._undone = undone
        self._ports = ports
        self._requests: queue.SimpleQueue[_Request[Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="ferryman-sqlite", daemon=True)
        self._awake = False
        self._connection: sqlite3.Connection | None = None
        self._identity: list[tuple[int, int] | None] = []
        self.closed = False

    def start(self) -> None:
        """Start the thread; raises `sqlite3.Error` when the file cannot be opened."""
        sys.setswitchinterval(min(SWITCH_INTERVAL, sys.getswitchinterval()))
        self._connection = connect(self._path, self._synchronous)
        self._connection.execute("PRAGMA busy_timeout = 0")  # the lock is waited for by LOCK_PAUSE instead
        self._connection.executescript(sql("scratch"))
        self._identity = identity(self._path)
        if self._ports.threads:
            self._thread.start()

    async def run(self, work: Callable[[Transaction], T], glance: Callable[[Transaction], T | None] | None = None) -> T:
        """Run `work` in a transaction and return what it returns, once that is as safe as the store promises.

        `glance`, when given, is tried first without a transaction: an answer other than None spares the write. A
        failing request is undone alone. Raises `StoreUnavailable` and what `work` raises.
        """
        if self.closed:
            raise StoreUnavailable(f"the store {self._path} is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._requests.put(_Request(work, glance, loop, future))
        if not self._ports.threads and not self._awake:
            self._awake = True
            loop.call_soon(self._serve_waiting)
        return await future

    def stop(self) -> None:
        """Finish what was asked, then end the thread; blocks."""
        self.closed = True
        if self._thread.is_alive():
            self._requests.put(None)
            self._thread.join()
        elif self._connection is not None:
            self._serve_waiting()
            self._connection.close()

    def _serve(self) -> None:
        while self._serve_group():
            pass
        if self._connection is not None:
            self._connection.close()

    def _serve_waiting(self) -> None:
        """Serve what was asked so far, in the loop: for where there are no threads."""
        self._awake = False
        while not self._requests.empty():
            self._serve_group()

    def _serve_group(self) -> bool:
        """Wait for a request, and serve it with those that came meanwhile; False when asked to end."""
        group: list[_Request[Any]] = []
        request = self._requests.get()
        while request is not None:
            group.append(request)
            if len(group) == LARGEST_GROUP or self._requests.empty():
                break
            request = self._requests.get_nowait()
        if group:
            self._answer(group)
        return request is not None

    def _answer(self, group: list[_Request[Any]]) -> None:
        answers: list[_Answer] = []
        try:
            writing = [request for request in group if not self._glance(request, answers)]
            if writing:
                answers += self._transact(writing)
        except Exception as error:
            failure = translate(error, self._path) if isinstance(error, sqlite3.Error) else error
            answered = {id(answer[0]) for answer in answers}
            answers += [(request.future, None, failure) for request in group if id(request.future) not in answered]
        _deliver(group[0].loop, answers)

    def _glance(self, request: _Request[Any], answers: list[_Answer]) -> bool:
        if request.glance is None:
            return False
        assert self._connection is not None
        answer = request.glance(Transaction(self._connection, self._clock()))
        if answer is None:
            return False
        answers.append((request.future, answer, None))
        return True

    def _transact(self, group: list[_Request[Any]]) -> list[_Answer]:
        assert self._connection is not None
        connection = self._connection
        self._begin(connection)
        transaction = Transaction(connection, self._clock())
        try:
            self._check_file()
            answers = [self._run_one(request, transaction, alone=len(group) == 1) for request in group]
            chronicle.write(connection, transaction.counts, transaction.now)
            failpoints.reached("sqlite.before")
            connection.execute("COMMIT")
        except BaseException:
            self._undone()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        failpoints.reached("sqlite.committed")
        if transaction.signals:
            self._committed(transaction)
        return answers

    def _begin(self, connection: sqlite3.Connection) -> None:
        deadline = self._ports.monotonic() + PATIENCE
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                busy = (error.sqlite_errorcode & 0xFF) == sqlite3.SQLITE_BUSY
                if not busy or self._ports.monotonic() > deadline:
                    raise
                self._ports.pause(LOCK_PAUSE)

    def _check_file(self) -> None:
        """Refuse to write into a file that has no name any more: nobody would find it when this process is gone."""
        if identity(self._path) != self._identity:
            raise StoreMisconfigured(
                f"the store {self._path} or its log was deleted or replaced while it was open: "
                "stop all that use it, put the right file in its place, and start them again"
            )

    def _run_one(self, request: _Request[Any], transaction: Transaction, alone: bool) -> _Answer:
        """Run one request; its failure undoes it alone, SQLite's own failures undo the group."""
        if alone:
            return request.future, request.work(transaction), None
        connection = transaction.connection
        counts = transaction.counts.copy()
        connection.execute("SAVEPOINT request")
        try:
            answer = request.work(transaction)
        except sqlite3.Error:
            raise
        except Exception as error:
            self._undone()
            transaction.counts = counts
            connection.execute("ROLLBACK TO request")
            connection.execute("RELEASE request")
            return request.future, None, error
        connection.execute("RELEASE request")
        return request.future, answer, None


def _deliver(loop: asyncio.AbstractEventLoop, answers: list[_Answer]) -> None:
    """Hand the answers to the loop in one call; a loop that is gone has nobody who waits."""
    try:
        loop.call_soon_threadsafe(_resolve, answers)
    except RuntimeError:
        return


def _resolve(answers: list[_Answer]) -> None:
    for future, answer, error in answers:
        if future.done():
            continue
        if error is None:
            future.set_result(answer)
        else:
            future.set_exception(error)

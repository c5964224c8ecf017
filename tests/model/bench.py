"""A store under test: opened, asked and looked at from outside of its event loop, and taken away without a trace."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from redis import Redis

from ferryman.domain.errors import StoreUnavailable
from ferryman.store.protocol import Store
from tests.conformance.topologies import TOPOLOGIES, SqliteFile
from tests.conformance.world import RETENTION
from tests.model.lines import at_rest, lines_of, moment
from tests.model.look import Seen, look
from tests.servers.running import running

T = TypeVar("T")
#: Each takes some seconds.
TRIES = 5


class Bench:
    """One place of a topology and the stores on it, which take turns in being asked."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._folder = new_folder()
        if name == "sqlite":
            shutil.copy(_empty_file(), self._folder)
        self._topology = TOPOLOGIES[name](self._folder)
        self.lines = lines_of(name)
        #: How far the clock ever was, and how far it ever went back behind that.
        self.latest = self.now()
        self.set_back = 0.0
        self._loop = asyncio.new_event_loop()
        self._stores: list[Store] = []
        self._asked = 0
        self.restart(1)

    def now(self) -> float:
        """Return the time of the stores."""
        return moment(self._topology.now())

    def advance(self, seconds: float) -> None:
        """Move the time of the stores, also backwards."""
        self._run(self._topology.advance(seconds))
        self.latest = max(self.latest, self.now())
        self.set_back = max(self.set_back, self.latest - self.now())

    def restart(self, count: int) -> None:
        """Close every store, and open one or more anew on the same jobs: as many processes."""
        self._close_stores()
        for _ in range(count):
            self._stores.append(self._run(patiently(self._opened)))

    async def _opened(self) -> Store:
        store = self._topology.store(RETENTION)
        await store.open()
        return store

    def ask(self, question: Callable[[Store], Awaitable[T]], ids: Sequence[str]) -> tuple[T, Seen]:
        """Have one store do something, and look at everything afterwards, through the other one if there is one.

        The ids are those of all that may be jobs.
        """
        self._asked += 1
        store, other = (self._stores[(self._asked + n) % len(self._stores)] for n in (0, 1))

        async def ask_and_look() -> tuple[T, Seen]:
            return await patiently(lambda: question(store)), await patiently(lambda: look(other, ids))

        answer, seen = self._run(ask_and_look())
        return answer, seen if self.lines == 1 else at_rest(seen)

    def run(self, question: Callable[[Store], Awaitable[T]]) -> T:
        """Ask one store, and look no further."""
        return self._run(patiently(lambda: question(self._stores[0])))

    def _run(self, work: Awaitable[T]) -> T:
        return self._loop.run_until_complete(work)

    def _close_stores(self) -> None:
        while self._stores:
            self._run(self._stores.pop().close())

    def close(self) -> None:
        """Take everything away."""
        self._close_stores()
        self._run(self._topology.close())
        self._run(self._loop.shutdown_default_executor())
        self._loop.close()
        shutil.rmtree(self._folder)
        if self._name.startswith(("redis", "valkey")):
            # The server belongs to this process, whose tests come one after the other.
            with Redis.from_url(running(self._name).url) as connection:
                connection.flushdb()


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Repeat a call that got no answer, as everybody is to do: servers on a busy machine are slow to connect to."""
    for _ in range(TRIES - 1):
        try:
            return await call()
        except StoreUnavailable:
            continue
    return await call()


def new_folder() -> Path:
    """Make a folder for one file, in memory where the system has such a disk."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="ferryman-model-", dir=memory if os.access(memory, os.W_OK) else None))


@cache
def _empty_file() -> Path:
    """Return a file without jobs: to copy it is quicker than to make it."""
    folder = Path(tempfile.mkdtemp(prefix="ferryman-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    async def make() -> None:
        store = SqliteFile(folder).store(RETENTION)
        await store.open()
        await store.close()

    asyncio.run(make())
    return folder / "jobs.db"

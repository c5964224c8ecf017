"""Where the simulated stores keep their jobs: the real stores, on a file or on a real server."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from ferryman.domain.retention import Retention
from ferryman.ports import SYSTEM, Ports
from ferryman.store.protocol import Store
from ferryman.stores.redis.address import parse_address
from ferryman.stores.redis.promises import Promises
from ferryman.stores.redis.store import RedisStore
from ferryman.stores.sqlite.store import SqliteStore
from tests.simulation.network import Network
from tests.simulation.redis_wire import SimulatedLink, Wire

#: Longer than any run: what a run made is there when it is judged.
RETENTION = Retention(completed=100_000, failed=100_000, cancelled=100_000)


class Place(Protocol):
    """Gives stores on the same jobs; `begin` forgets those of the run before."""

    #: Whether calls of the store itself must be made to fail; else the way to its server does.
    fails_by_itself: bool

    def begin(self, partitions: int) -> None:
        """Forget everything."""

    def store(self, clock: Callable[[], float], ports: Ports, network: Network) -> Store:
        """Return a store object for one process."""

    def forget_scripts(self) -> None:
        """Have the server forget what it can learn again."""

    def close(self) -> None:
        """Let go of everything."""


class SqlitePlace:
    """A file; a fresh copy of an empty store for each run, since making one takes longer than a run."""

    fails_by_itself = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        asyncio.run(_make(self._template))

    def begin(self, partitions: int) -> None:
        for path in self._folder.glob("jobs.db*"):
            path.unlink()
        shutil.copy(self._template, self._folder / "jobs.db")

    def store(self, clock: Callable[[], float], ports: Ports, network: Network) -> Store:
        store: Any = SqliteStore(self._folder / "jobs.db", RETENTION, durability="off", clock=clock, ports=ports)
        return store  # type: ignore[no-any-return]

    def forget_scripts(self) -> None:
        """A file has no scripts."""

    def close(self) -> None:
        """Files stay with their folder."""


async def _make(path: Path) -> None:
    store = SqliteStore(path, RETENTION, durability="off", clock=SYSTEM.clock)
    await store.open()
    await store.close()


class RedisPlace:
    """A database of a server, emptied for each run."""

    fails_by_itself = False

    def __init__(self, port: int) -> None:
        self._wire = Wire(port)
        self._partitions = 1

    def begin(self, partitions: int) -> None:
        self._partitions = partitions
        self._wire.ask([("FLUSHDB",), ("SCRIPT", "FLUSH")])  # what a server knows would change the run
        self._wire.pushed.clear()

    def store(self, clock: Callable[[], float], ports: Ports, network: Network) -> Store:
        address = parse_address(f"redis://simulated?prefix=s&partitions={self._partitions}")
        link = SimulatedLink(self._wire, network, clock)
        store: Any = RedisStore(address, RETENTION, Promises(allow_volatile=True), clock=clock, ports=ports, link=link)
        return store  # type: ignore[no-any-return]

    def forget_scripts(self) -> None:
        self._wire.ask([("SCRIPT", "FLUSH")])

    def close(self) -> None:
        self._wire.close()

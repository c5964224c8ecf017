"""Reads, apart from the writer: a few threads with a connection each. A read sees the last commit and never blocks."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ferryman.domain.errors import StoreUnavailable
from ferryman.stores.sqlite.connection import connect, translated

T = TypeVar("T")

#: A long list must not hold up a status; more threads would only wait for each other.
THREADS = 3


class Readers:
    """Runs reads in threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="ferryman-read")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._closed = False

    async def run(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Run `read` in one snapshot of the data and return what it returns; raises `StoreUnavailable`."""
        if self._closed:
            raise StoreUnavailable(f"the store {self._path} is closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, read)

    def _read(self, read: Callable[[sqlite3.Connection], T]) -> T:
        with translated(self._path):
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = connect(self._path, "NORMAL")
                self._connections.append(connection)
            connection.execute("BEGIN")
            try:
                return read(connection)
            finally:
                if connection.in_transaction:  # some errors end it, and must not be hidden by one about that
                    connection.execute("COMMIT")

    def close(self) -> None:
        """Finish running reads and close the connections; blocks."""
        self._closed = True
        self._threads.shutdown(wait=True)
        for connection in self._connections:
            connection.close()

"""What a job asks of SQLite: statements, commits, and steps of its virtual machine."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ferryman.app import Ferryman
from ferryman.stores.sqlite import writer
from ferryman.stores.sqlite.connection import connect
from tests.budget.work import Submit, app, bulk, drain, each, together

#: Steps of SQLite's machine between two counts, each of which takes a call into Python.
STRIDE = 500


class Spent:
    """What all writers were told to do since the last `clear`."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget what was counted."""
        self.statements = self.commits = self.strides = 0

    def connect(self, path: Path, synchronous: str) -> Any:
        """Open the file as a writer does, and count what it does."""
        connection = connect(path, synchronous)
        connection.set_progress_handler(self._strode, STRIDE)
        return _Counted(connection, self)

    def executed(self, statement: str) -> None:
        """Note a statement."""
        self.statements += 1
        self.commits += statement == "COMMIT"

    def _strode(self) -> int:
        self.strides += 1
        return 0


class _Counted:
    """A connection that tells what it executes: SQLite's own trace tells of triggers in the same words."""

    def __init__(self, connection: sqlite3.Connection, spent: Spent) -> None:
        self._connection = connection
        self._spent = spent

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        self._spent.executed(statement)
        return self._connection.execute(statement, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@contextmanager
def counted() -> Iterator[Spent]:
    """Count what writers do that are opened meanwhile."""
    spent = Spent()
    vars(writer)["connect"] = spent.connect
    try:
        yield spent
    finally:
        vars(writer)["connect"] = connect


async def measure() -> dict[str, float]:
    """Return the figures by name."""
    with counted() as spent:
        measured = {
            "100 concurrent submits": await each(partial(_submits, spent, together), 500),
            "bulk submit": await each(partial(_submits, spent, bulk), 2_000),
            "drain": await each(partial(_drain, spent), 1_000),
        }
    return {f"{name}: {what} SQLite": figure for name, took in measured.items() for what, figure in took.items()}


async def _submits(spent: Spent, submit: Submit, count: int) -> dict[str, float]:
    return await _take(spent, 1, lambda ferry: submit(ferry, count))


async def _drain(spent: Spent, count: int) -> dict[str, float]:
    return await _take(spent, count, drain)


async def _take(spent: Spent, waiting: int, act: Callable[[Ferryman], Awaitable[None]]) -> dict[str, float]:
    """Return what an act takes, in a file where so many jobs wait."""
    with tempfile.TemporaryDirectory(prefix="ferryman-budget-") as folder:
        async with app(f"sqlite:///{folder}/jobs.db") as ferry:
            await bulk(ferry, waiting)
            spent.clear()
            await act(ferry)
            return {
                "statements of": spent.statements,
                "commits of": spent.commits,
                "steps in": spent.strides * STRIDE,
            }

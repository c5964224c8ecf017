"""Brings a file to the schema that this version speaks: numbered steps, each in one transaction, never backwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from ferryman.domain.errors import StoreMisconfigured
from ferryman.stores.sqlite.connection import incompatible

#: Marks the file as ours ("FRRY"), so that we never write into another program's database.
APPLICATION_ID = 0x46525259


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply the missing steps; safe when several processes start at once.

    Raises `StoreIncompatible` for a newer file, `StoreMisconfigured` for another program's, `sqlite3.Error`.
    """
    steps = _steps()
    if _version(connection, path) == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection, path)
        if version > len(steps):
            raise incompatible(
                path,
                f"was written by a newer Ferryman (schema {version}, this one knows {len(steps)}): upgrade this one",
            )
        for step in steps[version:]:
            for statement in _statements(step):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, path: Path) -> int:
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if owner != APPLICATION_ID and (owner or tables):
        raise StoreMisconfigured(f"{path} is another program's database: choose another file for the store")
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _steps() -> list[str]:
    folder = files(__package__) / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def _statements(script: str) -> Iterator[str]:
    """Cut a script into statements; a trigger's body counts as part of it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""

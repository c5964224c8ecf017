"""What a file lives in: a small log, one day a newer schema, and two processes that see it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ferryman.stores.sqlite import connection, migrate

#: A step of the schema that is yet to come; it moves data, as such steps do.
NEXT_STEP = """
CREATE TABLE moved (id TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO moved SELECT id, state FROM job;
CREATE INDEX moved_state ON moved (state);
ALTER TABLE moved ADD COLUMN note TEXT;
"""


@contextmanager
def small_log(pages: int) -> Iterator[None]:
    """Fold the write-ahead log into the file after so many pages, and cut it to nothing then."""
    before = connection.CHECKPOINT_PAGES, connection.LARGEST_LOG
    connection.CHECKPOINT_PAGES, connection.LARGEST_LOG = pages, pages * 2_048
    try:
        yield
    finally:
        connection.CHECKPOINT_PAGES, connection.LARGEST_LOG = before


@contextmanager
def next_schema() -> Iterator[None]:
    """Let a newer version, whose schema has one step more, open files."""
    before = migrate._steps
    migrate._steps = lambda: [*before(), NEXT_STEP]
    try:
        yield
    finally:
        migrate._steps = before


@contextmanager
def two_processes() -> Iterator[list[Path]]:
    """Make the folders through which two processes see the disk; nothing is ever in them."""
    with tempfile.TemporaryDirectory(prefix="ferryman-power-") as base:
        folders = [Path(base) / "first", Path(base) / "second"]
        for folder in folders:
            folder.mkdir()
        yield folders

"""No statement of the store walks all jobs: its cost must not grow with their number."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from ferryman.stores.sqlite.connection import connect
from ferryman.stores.sqlite.migrate import migrate
from ferryman.stores.sqlite.queries import sql
from ferryman.stores.sqlite.turn import _heads_statement

STATEMENTS = sorted(
    entry.name.removesuffix(".sql")
    for entry in files("ferryman.stores.sqlite.queries").iterdir()
    if entry.name.endswith(".sql") and entry.name != "scratch.sql"
)

#: A look at each of these, in whatever order, would be a look at every job the store keeps.
LARGE = ("job", "args", "result", "attempt", "feed", "tag")


def plan(path: Path, statement: str) -> list[str]:
    connection = connect(path, "OFF")
    try:
        migrate(connection, path)
        connection.executescript(sql("scratch"))
        values = max(map(int, re.findall(r"\?(\d+)", statement)), default=0)
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", ["[]"] * values)
        return [row[3] for row in rows]
    finally:
        connection.close()


def scans(path: Path, statement: str) -> list[str]:
    """Return the steps that walk a large table, with or without an index."""
    aliases = {alias or table for table, alias in re.findall(r"(?:FROM|JOIN)\s+(\w+)(?:\s+AS\s+(\w+))?", statement)}
    large = [name for name in LARGE if name in aliases or re.search(rf"UPDATE {name}\b", statement)]
    names = "|".join(large) or "-"
    # "SEARCH job" without "USING" is a walk too: SQLite's word for a minimum or maximum without an index.
    walk = re.compile(rf"SCAN ({names})\b|SEARCH ({names})$")
    return [step for step in plan(path, statement) if walk.match(step)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_never_scans_the_jobs(name: str, tmp_path: Path) -> None:
    # Seen red for end_jobs.sql without the plus sign in its last line.
    assert scans(tmp_path / "jobs.db", sql(name)) == []


def test_the_heads_of_lanes_are_read_from_the_index_in_order(tmp_path: Path) -> None:
    steps = plan(tmp_path / "jobs.db", _heads_statement(2))
    assert sum("USING INDEX job_pending (lane=?)" in step or "job_pending" in step for step in steps) == 2
    assert not any("SCAN job" in step or "TEMP B-TREE" in step for step in steps)


def test_a_scan_would_be_seen(tmp_path: Path) -> None:
    assert scans(tmp_path / "jobs.db", "SELECT max(attempt) FROM job WHERE attempt > 1")

"""A job that is gone leaves no row behind in any table, which no caller of the store could see."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ferryman.domain.job import NewJob
from ferryman.domain.outcome import Outcome, error_text
from ferryman.domain.retention import Retention
from ferryman.domain.state import Operation
from ferryman.identity import new_job_id
from ferryman.store.messages import TRACKS, FeedKind, Report, Turn
from ferryman.stores import open_store

TABLES = ("job", "args", "result", "attempt", "feed", "tag")


def rows(path: Path, *tables: str) -> dict[str, int]:
    connection = sqlite3.connect(path)
    counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    connection.close()
    return counts


def left(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    jobs = connection.execute("SELECT coalesce(sum(jobs), 0) FROM tally").fetchone()[0]
    connection.close()
    return rows(path, *TABLES) | {"tally": jobs}


@pytest.mark.parametrize("way", ["deleted", "pruned"])
async def test_every_table_is_empty_again(way: str, tmp_path: Path) -> None:
    # Seen red without any one of the deletes in the trigger job_leaves.
    now = 1_000_000.0
    path = tmp_path / "jobs.db"
    store = open_store(f"sqlite:///{path}", Retention(60, 60, 60), durability="off", clock=lambda: now)
    await store.open()
    job = NewJob(new_job_id(), "work", '{"number": 1}', tags=("a", "b"), key="k", max_retries=1)
    await store.submit([job])
    [first] = (await store.turn(Turn("w", 1, (), ("work",), want=1))).claimed
    await store.feed.append([Report(first.lease, FeedKind.LOG, '{"message": "hello"}')])
    again = Turn("w", 2, (), ("work",), [Outcome.retried(first.lease, error_text("E", "no"), 0.0)], want=1)
    [second] = (await store.turn(again)).claimed
    await store.turn(Turn("w", 3, (), ("work",), [Outcome.completed(second.lease, '"done"')]))
    assert left(path) == {"job": 1, "args": 1, "result": 1, "attempt": 2, "feed": 1, "tag": 2, "tally": 1}

    if way == "deleted":
        await store.inspector.act(Operation.DELETE, [job.id])
    else:
        now += 61
        assert (await store.upkeep(10)).pruned == 1
    assert set(left(path).values()) == {0}
    await store.close()


async def test_a_worker_that_ended_leaves_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    store = open_store(f"sqlite:///{path}", durability="off")
    await store.open()
    await store.submit([NewJob(new_job_id(), "work") for _ in range(TRACKS)])
    for track in range(TRACKS):
        await store.turn(Turn("w", track, (), ("work",), want=1, track=track))
    assert rows(path, "turn") == {"turn": TRACKS}
    await store.retire("w")
    assert rows(path, "turn") == {"turn": 0}
    await store.close()

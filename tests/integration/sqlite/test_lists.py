"""Lists on a file: what only SQLite refuses, and how little is read of a large table."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks.filling import Mixture, fill
from benchmarks.lists import filters_of
from ferryman.domain.errors import InvalidOption
from ferryman.domain.ids import job_id
from ferryman.domain.job import NewJob
from ferryman.domain.retention import Retention
from ferryman.domain.state import State
from ferryman.store.messages import MOST_AHEAD
from ferryman.store.query import MOST_LOOKED_AT, JobFilter, PageRequest
from ferryman.stores import open_store
from ferryman.stores.sqlite import listing
from ferryman.stores.sqlite.connection import connect
from ferryman.stores.sqlite.queries import sql

#: Instructions of SQLite's machine, of which it does some ten million a second: for a page that indexes have, and for
#: as many looks as a question may take. To look at all the jobs here would take some five million.
INDEXED, LOOKED = 40_000, 700_000
MANY_JOBS, LANES = 100_000, 200


async def test_a_beginning_that_very_many_ids_have_is_refused(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/jobs.db", Retention(), durability="off")
    await store.open()
    jobs = [NewJob(job_id(1.0, secrets.randbits(74)), "work") for _ in range(MOST_LOOKED_AT + 1)]
    for start in range(0, len(jobs), 1_000):
        await store.submit(jobs[start : start + 1_000])
    try:
        with pytest.raises(InvalidOption, match=r"more than 10,000 ids begin with 00000000: give more of its digits"):
            await store.inspector.find(JobFilter(ids=("0" * 8,)), PageRequest())
        digits = jobs[7].id.replace("-", "")[:20]
        [found] = (await store.inspector.find(JobFilter(ids=(digits,)), PageRequest())).jobs
        assert found.id == jobs[7].id
    finally:
        await store.close()


def instructions(connection: sqlite3.Connection, ask: Callable[[], object]) -> int:
    """Return about how many instructions of SQLite's machine a question takes."""
    counted = 0

    def note() -> None:
        nonlocal counted
        counted += 100

    connection.set_progress_handler(note, 100)
    ask()
    connection.set_progress_handler(None, 0)
    return counted


@pytest.mark.timeout(300)
async def test_no_question_reads_all_of_a_hundred_thousand_jobs(tmp_path: Path) -> None:
    # Seen red without the bound of a search.
    store, mixture = open_store(f"sqlite:///{tmp_path}/jobs.db", Retention(), durability="off"), Mixture.of(LANES)
    await store.open()
    await fill(store, MANY_JOBS, mixture, run=100)
    pending = (await store.inspector.find(JobFilter((State.PENDING,)), PageRequest(1))).jobs[0]
    await store.close()
    connection = connect(tmp_path / "jobs.db", "OFF")
    too_many: dict[str, int] = {}
    for name, where in filters_of(mixture, pending).items():
        bound = LOOKED if where.scanned else INDEXED
        asked = [partial(listing.find, connection, where, PageRequest(50, None, turned)) for turned in (False, True)]
        for ask, most in ((asked[0], bound), (asked[1], bound), (partial(listing.count, connection, where), LOOKED)):
            spent = instructions(connection, ask)
            if spent > most:
                too_many[f"{name}: {ask.func.__name__}"] = spent
    ahead = partial(connection.execute, sql("count_ahead"), (pending.id, MOST_AHEAD))
    spent = instructions(connection, lambda: ahead().fetchone())
    connection.close()
    assert too_many == {}
    assert spent < LOOKED

"""The file itself: what is refused, what is told, and that nothing is lost by it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ferryman.domain.errors import StoreIncompatible, StoreMisconfigured, StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.identity import new_job_id
from ferryman.stores import open_store, settle
from ferryman.stores.sqlite import connection, writer
from ferryman.stores.sqlite.store import SqliteStore


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = sqlite(tmp_path / "jobs.db")
    await made.open()
    yield made
    await made.close()


def sqlite(path: Path) -> SqliteStore:
    made = open_store(f"sqlite:///{path}", durability="off")
    assert isinstance(made, SqliteStore)
    return made


def a_job() -> NewJob:
    return NewJob(new_job_id(), "noop", '{"text": "%s"}' % ("x" * 1_000))


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("sqlite://ferryman.db", "three slashes"),
        ("mysql://localhost", "no store goes by 'mysql'"),
        ("ferryman.db", "Known stores"),
        ("", "Known stores"),
    ],
)
def test_a_url_that_names_no_store_is_refused_with_the_ones_that_would(url: str, hint: str) -> None:
    with pytest.raises(StoreMisconfigured, match=hint):
        open_store(url)


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreMisconfigured, match=r"absent.*does not exist"):
        await sqlite(tmp_path / "absent" / "jobs.db").open()


async def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreMisconfigured, match=r"is a folder"):
        await sqlite(tmp_path).open()


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() == 0:  # root may write anywhere, so the system's answer has to be given for it
        monkeypatch.setattr(os, "access", lambda path, mode: False)
    else:
        os.chmod(tmp_path, 0o500)
    with pytest.raises(StoreMisconfigured, match=r"cannot be written"):
        await sqlite(tmp_path / "jobs.db").open()


async def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "file_system", lambda folder: "nfs4")
    with pytest.raises(StoreMisconfigured, match=r"network file system \(nfs4\)"):
        await sqlite(tmp_path / "jobs.db").open()


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    path.write_text("a diary, not a database. " * 100)
    with pytest.raises(StoreMisconfigured, match=r"no SQLite database"):
        await sqlite(path).open()
    assert path.read_text().startswith("a diary")


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.commit()
    other.close()
    with pytest.raises(StoreMisconfigured, match=r"another program's database"):
        await sqlite(path).open()


async def test_a_newer_schema_is_refused_and_says_which(store: SqliteStore, tmp_path: Path) -> None:
    newer = sqlite3.connect(tmp_path / "jobs.db")
    newer.execute("PRAGMA user_version = 999")
    newer.close()
    with pytest.raises(StoreIncompatible, match=r"schema 999.*upgrade"):
        await sqlite(tmp_path / "jobs.db").open()


async def test_a_full_disk_is_told_and_the_same_submit_succeeds_afterwards(store: SqliteStore) -> None:
    kept, refused = a_job(), [a_job() for _ in range(500)]
    await store.submit([kept])
    limited = store._writer._connection
    assert limited is not None
    limited.execute("PRAGMA max_page_count = 1")  # SQLite clamps it to today's size: the next page is one too many
    with pytest.raises(StoreUnavailable, match="disk is full"):
        await store.submit(refused)
    found = await store.inspector.get([kept.id, *(job.id for job in refused)])
    assert [job is not None for job in found] == [True] + [False] * 500
    limited.execute("PRAGMA max_page_count = 1000000")
    assert all(answer.created for answer in await store.submit(refused))


async def test_a_lock_held_by_another_process_is_waited_for_and_then_told(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PATIENCE", 0.05)
    holder = sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    job = a_job()
    with pytest.raises(StoreUnavailable, match="locked by another process"):
        await store.submit([job])
    assert await store.inspector.get([job.id]) == [None]  # reading goes on meanwhile
    holder.execute("ROLLBACK")
    holder.close()
    assert (await store.submit([job]))[0].created


async def test_a_failing_request_is_undone_alone_within_its_group(store: SqliteStore) -> None:
    def fail(transaction: writer.Transaction) -> None:
        transaction.connection.execute("INSERT INTO lane (queue, task) VALUES ('doomed', 'doomed')")
        raise ValueError("refused")

    def count(transaction: writer.Transaction) -> int:
        return int(transaction.value("SELECT count(*) FROM lane WHERE queue = 'doomed'"))

    loop = asyncio.get_running_loop()
    group: list[writer._Request[Any]] = [
        writer._Request(work, None, loop, loop.create_future()) for work in (fail, count)
    ]
    failed, counted = store._writer._transact(group)
    assert isinstance(failed[2], ValueError)
    assert counted[1] == 0


async def test_memory_urls_are_apart_from_each_other_and_shared_within_one() -> None:
    first, second = settle("sqlite://"), settle("sqlite://")
    assert first != second
    stores = [open_store(url) for url in (first, first, second)]
    for opened in stores:
        await opened.open()
    job = a_job()
    await stores[0].submit([job])
    assert (await stores[1].inspector.get([job.id]))[0] is not None
    assert (await stores[2].inspector.get([job.id]))[0] is None
    for opened in stores:
        await opened.close()


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = sqlite(tmp_path / "jobs.db")
    await store.open()
    await store.close()
    with pytest.raises(StoreUnavailable, match="is closed"):
        await store.submit([a_job()])

"""A file that was damaged, cut short, deleted or replaced: refused in words where that can be seen.

What cannot be seen: SQLite has no checksums of pages, so a bit that flips inside a text of a job changes that text.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ferryman.domain.errors import StoreMisconfigured, StoreUnavailable
from ferryman.domain.ids import job_id
from ferryman.domain.job import Job, NewJob
from ferryman.domain.retention import Retention
from ferryman.store.messages import Turn
from ferryman.stores.sqlite.store import SqliteStore
from tests.conformance import census

NOW = 1_893_456_000.0
PAGE = 4096
DAMAGED = r"jobs\.db is damaged; restore a backup, or salvage it with: sqlite3 FILE \.recover"


def a_job(number: int, args: str = '{"text": "hello"}') -> NewJob:
    return NewJob(job_id(NOW, number), "work", args=args)


def store_at(path: Path) -> SqliteStore:
    return SqliteStore(path, Retention(), durability="off", clock=lambda: NOW)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = store_at(tmp_path / "jobs.db")
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def left(tmp_path: Path) -> Path:
    """Return a file of 200 jobs that nobody has open."""
    made = store_at(tmp_path / "jobs.db")
    await made.open()
    await made.submit([a_job(number) for number in range(200)])
    await made.close()
    return tmp_path / "jobs.db"


def damage(path: Path, content: bytes) -> None:
    """Leave nothing but this."""
    path.write_bytes(content)
    for name in (f"{path}-wal", f"{path}-shm"):
        Path(name).unlink(missing_ok=True)


async def use(path: Path) -> dict[str, Job]:
    """Look at all jobs and return them; then submit and claim."""
    opened = store_at(path)
    try:
        await opened.open()
        jobs = await census.take(opened)
        await opened.submit([a_job(1_000)])
        await opened.turn(Turn("w", 1, (), ("work",), want=1_000))
        return jobs
    finally:
        await opened.close()


async def test_a_file_that_was_cut_short_is_refused(left: Path) -> None:
    whole = left.read_bytes()
    for pages in range(1, len(whole) // PAGE):
        damage(left, whole[: pages * PAGE])
        with pytest.raises(StoreMisconfigured, match=DAMAGED):
            await store_at(left).open()


async def test_a_page_of_rubbish_is_refused_when_it_is_met_and_makes_no_wrong_job(left: Path) -> None:
    whole, refused = left.read_bytes(), 0
    jobs = await use(left)
    pages = len(whole) // PAGE
    for page in range(1, pages):
        damage(left, whole[: page * PAGE] + b"\xa5" * PAGE + whole[(page + 1) * PAGE :])
        try:
            assert await use(left) == jobs
        except StoreMisconfigured as error:
            refused += re.search(DAMAGED, str(error)) is not None
    assert refused > pages / 2, "the others are of tables that are empty"


async def test_a_text_that_is_no_text_any_more_is_damage_and_not_quoted(left: Path) -> None:
    # Seen red when it was a store that does not answer now, and when the message quoted the text.
    whole = left.read_bytes()
    assert whole.count(b"hello") == 200
    damage(left, whole.replace(b"hello", b"he\xff\xfeo"))
    with pytest.raises(StoreMisconfigured, match=DAMAGED) as refused:
        await use(left)
    assert "he" not in str(refused.value).partition("jobs.db")[2].replace("the", "").replace("decode", "")


async def test_a_schema_that_is_no_text_any_more_is_damage(left: Path) -> None:
    whole = left.read_bytes()
    damage(left, whole.replace(b"CREATE TABLE job (", b"CREATE TABL\xff job (", 1))
    with pytest.raises(StoreMisconfigured, match=DAMAGED):
        await use(left)


@pytest.mark.parametrize("name", ["jobs.db", "jobs.db-wal"])
async def test_a_file_that_is_deleted_while_it_is_open_takes_no_more_jobs(
    store: SqliteStore, tmp_path: Path, name: str
) -> None:
    # Seen red without the check: the submit was answered, and its job was gone with the process.
    await store.submit([a_job(1)])
    (tmp_path / name).unlink()
    with pytest.raises(StoreMisconfigured, match=r"jobs\.db or its log was deleted or replaced while it was open"):
        await store.submit([a_job(2)])


async def test_an_error_that_ends_the_transaction_of_a_read_is_told_as_itself(
    store: SqliteStore, tmp_path: Path
) -> None:
    # Seen red when the message was of the transaction: it was ended all the same, and had been.
    await store.submit([a_job(1)])
    (tmp_path / "jobs.db-wal").unlink()
    with pytest.raises(StoreUnavailable, match="the disk reports an error"):
        await store.inspector.get([a_job(1).id])


async def test_a_file_that_is_replaced_while_it_is_open_takes_no_more_jobs(store: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    shutil.copy(path, tmp_path / "backup.db")
    (tmp_path / "backup.db").replace(path)
    with pytest.raises(StoreMisconfigured, match="replaced while it was open"):
        await store.submit([a_job(1)])

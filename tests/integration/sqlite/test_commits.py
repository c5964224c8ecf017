"""What was not committed was not done: nobody is told that it was, nobody is woken by it, and it can be done again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ferryman import failpoints
from ferryman.domain.ids import job_id
from ferryman.domain.job import NewJob
from ferryman.domain.retention import Retention
from ferryman.ports import Ports
from ferryman.store.history import Item
from ferryman.store.messages import Submitted
from ferryman.stores.sqlite.connection import connect
from ferryman.stores.sqlite.store import SqliteStore
from ferryman.stores.sqlite.wakeups import change_counter
from ferryman.stores.sqlite.writer import Transaction
from tests.conformance.happened import Happened, happened

NOW = 1_893_456_000.0
SIGNAL = "queue:default"


class Sent:
    """Keeps the datagrams that a store sends."""

    def __init__(self) -> None:
        self.signals: list[bytes] = []

    def sendto(self, data: bytes, address: tuple[str, int], /) -> object:
        self.signals.append(data)
        return len(data)

    def close(self) -> None: ...


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
async def store(tmp_path: Path, sent: Sent) -> AsyncIterator[SqliteStore]:
    ports = Ports(datagrams=lambda: sent)
    made = SqliteStore(tmp_path / "jobs.db", Retention(), durability="off", clock=lambda: NOW, ports=ports)
    await made.open()
    await made.wait([SIGNAL], 0.01)  # somebody wants to be woken
    yield made
    failpoints.arm(None)
    await made.close()


def a_job(number: int) -> NewJob:
    return NewJob(job_id(NOW, number), "work", queue=f"queue-{number}" if number > 1 else "default")


async def test_a_submit_whose_commit_fails_is_not_acknowledged(store: SqliteStore, sent: Sent) -> None:
    # Seen red when the answers left before the commit, and when its failure was swallowed.
    job = a_job(1)
    failpoints.arm("sqlite.before:raise")
    with pytest.raises(failpoints.FailpointReached):
        await store.submit([job])
    assert sent.signals == []
    assert await store.inspector.get([job.id]) == [None]
    assert await store.submit([job]) == [Submitted(job.id, True)]
    assert sent.signals != []


async def test_when_the_commit_of_a_group_fails_each_of_it_is_told(store: SqliteStore) -> None:
    jobs = [a_job(number) for number in range(1, 21)]
    failpoints.arm("sqlite.before:raise")
    calls = [asyncio.create_task(store.submit([job])) for job in jobs]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    stored = await store.inspector.get([job.id for job in jobs])
    failed = [isinstance(answer, failpoints.FailpointReached) for answer in answers]
    assert any(failed)
    assert failed == [job is None for job in stored]


async def test_what_was_made_by_a_transaction_that_failed_is_made_again(store: SqliteStore) -> None:
    # A lane: its number was remembered though nothing was written.
    job = a_job(2)
    failpoints.arm("sqlite.before:raise")
    with pytest.raises(failpoints.FailpointReached):
        await store.submit([job])
    await store.submit([job])
    [stored] = await store.inspector.get([job.id])
    assert stored is not None
    assert stored.queue == job.queue


async def test_what_a_request_counted_that_was_undone_did_not_happen(store: SqliteStore) -> None:
    """Of requests that share a transaction one may fail alone."""
    for number in (1, 2):
        await store.submit([a_job(number)])

    def fails(transaction: Transaction) -> None:
        transaction.counts[1, Item.SUBMITTED] += 5
        raise LookupError

    # The writer takes what comes while it is busy together.
    calls = [store.submit([a_job(number)]) for number in range(3, 23)]
    failing = [store._writer.run(fails) for _ in range(20)]
    mixed = [call for pair in zip(calls, failing, strict=True) for call in pair]
    answers = await asyncio.gather(*mixed, return_exceptions=True)
    assert [isinstance(answer, LookupError) for answer in answers] == [False, True] * 20
    assert await happened(store) == Happened(submitted=22)


async def test_a_store_at_rest_writes_no_history(store: SqliteStore, tmp_path: Path) -> None:
    """Upkeep writes once a minute while jobs wait, and not at all when there are none."""
    await store.submit([a_job(1)])
    await store.upkeep(10)
    counter = connect(tmp_path / "jobs.db", "OFF")
    seen = change_counter(counter)
    for _ in range(5):
        await store.upkeep(10)
    assert change_counter(counter) == seen
    counter.close()

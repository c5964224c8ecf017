"""What people ask and do, on SQLite."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ferryman.domain.clock import Clock
from ferryman.domain.job import Job
from ferryman.domain.options import valid_name
from ferryman.domain.retention import Retention
from ferryman.domain.state import Operation, State
from ferryman.store.failures import MOST_LISTED, FailureGroup
from ferryman.store.history import History, HistoryRequest
from ferryman.store.messages import MOST_AHEAD, Changed, Command, Count, Finding, Health, QueueRow, WorkerRow
from ferryman.store.overview import counted
from ferryman.store.query import Counted, Include, JobFilter, Page, PageRequest
from ferryman.store.signals import worker_signal
from ferryman.stores.sqlite import actions, chronicle, failures, listing
from ferryman.stores.sqlite.queries import sql
from ferryman.stores.sqlite.readers import Readers
from ferryman.stores.sqlite.rows import attempt_of, worker_of
from ferryman.stores.sqlite.writer import Transaction, Writer

#: Less free disk than this is worth a warning, in bytes.
LOW_DISK = 256 * 1024 * 1024


class SqliteInspector:
    """The `Inspector` of `store/protocol.py`."""

    def __init__(self, path: Path, writer: Writer, readers: Readers, retention: Retention, clock: Clock) -> None:
        self._path = path
        self._writer = writer
        self._readers = readers
        self._retention = retention
        self._clock = clock
        self.level = "sqlite-full"

    async def get(self, ids: Sequence[str], include: frozenset[Include] = frozenset()) -> list[Job | None]:
        """Return the job of each id, None for those that do not exist."""
        return await self._readers.run(lambda connection: _get(connection, ids, include))

    async def find(self, where: JobFilter, page: PageRequest) -> Page:
        """List jobs by keyset."""
        return await self._readers.run(lambda connection: listing.find(connection, where, page))

    async def count(self, where: JobFilter) -> Counted:
        """Count from the triggers' counts, or by looking."""
        if where.counted:
            return counted(await self.counts(), where)
        if where.grouped:
            return Counted(await self._readers.run(lambda connection: failures.count(connection, where.failures)), True)
        return await self._readers.run(lambda connection: listing.count(connection, where))

    async def counts(self) -> list[Count]:
        """Return the counts that the triggers keep."""
        return await self._readers.run(_counts)

    async def queues(self) -> list[QueueRow]:
        """Return every queue with its counts."""
        return await self._readers.run(_queues)

    async def ahead(self, job_id: str) -> Counted | None:
        """Count from the index that claims walk."""
        row = await self._readers.run(
            lambda connection: connection.execute(sql("count_ahead"), (job_id, MOST_AHEAD + 1)).fetchone()
        )
        return None if row is None else Counted.up_to(MOST_AHEAD, row[0])

    async def workers(self) -> list[WorkerRow]:
        """Return the workers that announced themselves within the last hour, the newest first."""
        now = self._clock()
        rows = await self._readers.run(
            lambda connection: connection.execute(
                "SELECT info, seen_at, lease, command FROM worker WHERE seen_at >= ? ORDER BY seen_at DESC, id",
                (now - actions.WORKER_KEPT,),
            ).fetchall()
        )
        return [worker_of(row, now) for row in rows]

    async def history(self, request: HistoryRequest) -> History:
        """Return what happened."""
        now = self._clock()
        return await self._readers.run(lambda connection: chronicle.read(connection, request, now))

    async def failures(self, task: str | None = None, most: int = MOST_LISTED) -> list[FailureGroup]:
        """Return the groups of failed jobs."""
        now = self._clock()
        return await self._readers.run(lambda connection: failures.read(connection, task, most, now))

    async def act(self, operation: Operation, ids: Sequence[str]) -> list[Changed]:
        """Cancel, retry, run now or delete."""
        return await self._writer.run(lambda t: actions.act(t, operation, ids, self._retention))

    async def pause(self, queue: str, paused: bool, by: str = "") -> None:
        """Pause or resume a queue; pausing a paused one keeps who paused it first."""
        valid_name(queue, "queue")

        def work(transaction: Transaction) -> None:
            if paused:
                transaction.run("pause_queue", queue, transaction.now, by)
            else:
                transaction.run("resume_queue", queue)
                transaction.tell_queues([queue])

        await self._writer.run(work)

    async def command(self, worker: str, command: Command | None) -> bool:
        """Leave a command for a worker."""

        def work(transaction: Transaction) -> bool:
            transaction.signals.add(worker_signal(worker))
            cursor = transaction.connection.execute("UPDATE worker SET command = ? WHERE id = ?", (command, worker))
            return cursor.rowcount == 1

        return await self._writer.run(work)

    async def health(self) -> Health:
        """Write and read once, and look at the disk."""
        version = await self._writer.run(lambda t: t.value("SELECT sqlite_version()"))
        findings = [Finding("ok", f"SQLite {version}, write-ahead log, {self.level}")]
        free = shutil.disk_usage(self._path.absolute().parent).free
        if free < LOW_DISK:
            findings.append(Finding("warning", f"only {free >> 20} MiB of disk are free", "make room on the disk"))
        return Health("sqlite", self.level, str(self._path), findings)


def _get(connection: sqlite3.Connection, ids: Sequence[str], include: frozenset[Include]) -> list[Job | None]:
    seqs = dict(
        connection.execute(
            "SELECT job.id, job.seq FROM json_each(?) AS i CROSS JOIN job ON job.id = i.value", (json.dumps(list(ids)),)
        ).fetchall()
    )
    jobs = listing.jobs_of(connection, list(seqs.values()))
    found = {identifier: _with(connection, seq, jobs[seq], include) for identifier, seq in seqs.items()}
    return [found.get(identifier) for identifier in ids]


def _with(connection: sqlite3.Connection, seq: int, job: Job, include: frozenset[Include]) -> Job:
    """Add the parts that were asked for."""
    if Include.ARGS in include:
        row = connection.execute("SELECT text FROM args WHERE seq = ?", (seq,)).fetchone()
        job = replace(job, args=row[0] if row else "{}")
    if Include.RESULT in include and job.state is State.COMPLETED:
        row = connection.execute("SELECT text FROM result WHERE seq = ?", (seq,)).fetchone()
        job = replace(job, result=row[0] if row else "null")
    if Include.ATTEMPTS in include:
        rows = connection.execute(
            "SELECT number, worker, started_at, finished_at, ending, error FROM attempt WHERE seq = ? ORDER BY number",
            (seq,),
        )
        job = replace(job, attempts=tuple(attempt_of(row) for row in rows))
    if Include.REQUEST in include:
        request, fingerprint = connection.execute(
            "SELECT request, fingerprint FROM job WHERE seq = ?", (seq,)
        ).fetchone()
        job = replace(job, request=request, fingerprint=fingerprint)
    return job


def _counts(connection: sqlite3.Connection) -> list[Count]:
    rows = connection.execute(
        "SELECT queue, task, state, jobs FROM tally JOIN lane ON lane.id = tally.lane WHERE jobs > 0 ORDER BY 1, 2, 3"
    )
    return [Count(queue, task, State(state), jobs) for queue, task, state, jobs in rows]


def _queues(connection: sqlite3.Connection) -> list[QueueRow]:
    counts: dict[str, dict[State, int]] = {queue: {} for (queue,) in connection.execute("SELECT queue FROM lane")}
    for queue, _, state, jobs in _counts(connection):
        counts[queue][state] = counts[queue].get(state, 0) + jobs
    paused = {name: rest for name, *rest in connection.execute("SELECT name, paused_at, paused_by FROM queue")}
    oldest = dict(connection.execute(sql("oldest_pending")).fetchall())
    return [
        QueueRow(
            name,
            paused=paused.get(name, [None])[0] is not None,
            paused_at=paused.get(name, [None, None])[0],
            paused_by=paused.get(name, [None, None])[1],
            counts=counts.get(name, {}),
            oldest_pending_at=oldest.get(name),
        )
        for name in sorted(counts.keys() | paused.keys())
    ]

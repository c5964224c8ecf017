"""The live output of jobs, on SQLite."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ferryman.store.messages import FeedEntry, Report
from ferryman.store.signals import job_signal
from ferryman.stores.sqlite.readers import Readers
from ferryman.stores.sqlite.rows import feed_entry_of
from ferryman.stores.sqlite.writer import Transaction, Writer

#: Entries kept per job; the oldest make room.
LONGEST_FEED = 1_000


class SqliteFeed:
    """The `Feed` of `store/protocol.py`."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    async def append(self, reports: Sequence[Report]) -> list[bool]:
        """Add entries; a report whose lease is no longer held is refused."""
        return await self._writer.run(lambda transaction: _append(transaction, reports))

    async def read(self, job_id: str, after: int = 0, limit: int = 100) -> list[FeedEntry]:
        """Return the entries behind `after`, oldest first."""
        rows = await self._readers.run(
            lambda connection: connection.execute(
                "SELECT number, attempt, at, kind, data FROM feed WHERE seq = (SELECT seq FROM job WHERE id = ?) "
                "AND number > ? ORDER BY number LIMIT ?",
                (job_id, after, limit),
            ).fetchall()
        )
        return [feed_entry_of(row) for row in rows]


def _append(transaction: Transaction, reports: Sequence[Report]) -> list[bool]:
    rows = json.dumps([(*report.lease, report.kind, report.data) for report in reports])
    transaction.run("feed_append", rows, transaction.now)
    held = set(json.loads(transaction.run("feed_held", rows).fetchone()[0]))
    jobs = {report.lease.job_id for position, report in enumerate(reports) if position in held}
    for job_id in jobs:
        transaction.run("feed_trim", job_id, LONGEST_FEED)
        transaction.signals.add(job_signal(job_id))
    return [position in held for position in range(len(reports))]

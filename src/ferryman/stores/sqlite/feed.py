"""The live output of jobs, on SQLite."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ferryman.store.messages import LARGEST_FEED, LONGEST_FEED, FeedEntry, FeedKind, Report
from ferryman.store.signals import FEEDS
from ferryman.stores.sqlite.queries import sql
from ferryman.stores.sqlite.readers import Readers
from ferryman.stores.sqlite.rows import feed_entry_of
from ferryman.stores.sqlite.writer import Transaction, Writer


class SqliteFeed:
    """The `Feed` of `store/protocol.py`."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer = writer
        self._readers = readers

    async def append(self, reports: Sequence[Report]) -> list[bool]:
        """Add entries; a report whose lease is no longer held is refused."""
        return await self._writer.run(lambda transaction: _append(transaction, reports))

    async def read(self, job_id: str, after: int = 0, limit: int = 100, size: int = LARGEST_FEED) -> list[FeedEntry]:
        """Return the entries behind `after`, oldest first: `limit` of them, about `size` bytes of data."""
        rows = await self._readers.run(
            lambda connection: connection.execute(sql("feed_read"), (job_id, after, limit, size)).fetchall()
        )
        return [feed_entry_of(row) for row in rows]


def _append(transaction: Transaction, reports: Sequence[Report]) -> list[bool]:
    rows = json.dumps([(*report.lease, report.kind, report.data) for report in reports])
    transaction.run("feed_append", rows, transaction.now)
    held = set(json.loads(transaction.run("feed_held", rows).fetchone()[0]))
    for position in sorted(held):
        if reports[position].kind is FeedKind.PROGRESS:
            transaction.run("feed_progress", reports[position].lease.job_id, reports[position].data)
    for job_id in {reports[position].lease.job_id for position in held}:
        transaction.run("feed_trim", job_id, LONGEST_FEED, LARGEST_FEED)
    if held:
        transaction.signals.add(FEEDS)
    return [position in held for position in range(len(reports))]

"""The live output of jobs, on Redis."""

from __future__ import annotations

from collections.abc import Sequence

from ferryman.store.messages import LARGEST_FEED, LONGEST_FEED, FeedEntry, Report
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.places import place_of, spread
from ferryman.stores.redis.rows import feed_entry_of, id_bytes, token


class RedisFeed:
    """The `Feed` of `store/protocol.py`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def append(self, reports: Sequence[Report]) -> list[bool]:
        """Add entries; a report whose lease is no longer held is refused."""

        async def append_in(partition: int, positions: Sequence[int]) -> list[bool]:
            values: list[Value] = [LONGEST_FEED, LARGEST_FEED]
            for position in positions:
                lease, kind, data = reports[position]
                values += (token(lease), kind.value, data.encode())
            return [bool(held) for held in await self._calls.run("feed_append", partition, *values)]

        jobs = [report.lease.job_id for report in reports]
        return await spread(jobs, self._calls.partitions, append_in)

    async def read(self, job_id: str, after: int = 0, limit: int = 100, size: int = LARGEST_FEED) -> list[FeedEntry]:
        """Return the entries behind `after`, oldest first: `limit` of them, about `size` bytes of data."""
        partition = place_of(job_id, self._calls.partitions)
        entries = await self._calls.run("feed_read", partition, id_bytes(job_id), after, limit, size)
        return [feed_entry_of(entry) for entry in entries]

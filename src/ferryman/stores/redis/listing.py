"""Lists of jobs by keyset: each partition gives its first, and the first of those make the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from ferryman.domain.errors import InvalidOption
from ferryman.domain.job import Job
from ferryman.store.query import JobFilter, Page, PageRequest
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.rows import id_text, job_of

#: Jobs of one tag looked at for a page when other filters apply too; the page ends there and its cursor goes on.
MOST_SCANNED = 2_000
#: Jobs of one tag read in one call.
SCANNED_AT_ONCE = 200

_CURSOR = re.compile(r"s([0-9]{1,18})(?:-([0-9]{1,4}))?", re.ASCII)


class _Spot(NamedTuple):
    """Where a job stands in the order of submission; of two at the same microsecond the partition decides."""

    seq: int
    partition: int

    def edge(self, partition: int, oldest_first: bool) -> str:
        """Return where the jobs of a partition begin that come behind this spot, as Redis writes it."""
        behind = partition > self.partition if oldest_first else partition < self.partition
        return str(self.seq) if behind else f"({self.seq}"


class _Found(NamedTuple):
    spot: _Spot
    job: Job


async def find(calls: Calls, where: JobFilter, page: PageRequest) -> Page:
    """Return one page; raises `InvalidOption` for a cursor that is none."""
    spot = _spot(page.cursor)
    if where.tags:
        return await _tagged(calls, where, page, spot)
    filters: list[Value] = [*_set(where.states), *_set(where.queues), *_set(where.tasks)]
    found = await _first(calls, "find_jobs", page.limit + 1, page.oldest_first, spot, filters)
    return _page(found, page)


async def _first(
    calls: Calls, name: str, count: int, oldest_first: bool, spot: _Spot | None, filters: Sequence[Value]
) -> list[_Found]:
    """Return the first jobs behind a spot, over all partitions."""
    found: list[_Found] = []
    for partition in range(calls.partitions):
        start = "-inf" if oldest_first else "+inf"
        edge = start if spot is None else spot.edge(partition, oldest_first)
        rows = await calls.run(name, partition, count, int(oldest_first), edge, *filters)
        found += [_found(row, partition) for row in rows if row[2]]
    found.sort(key=lambda one: one.spot, reverse=not oldest_first)
    return found[:count]


def _found(row: Sequence[Any], partition: int) -> _Found:
    seq, identifier, parts = row
    job = job_of(id_text(identifier), parts)
    return _Found(_Spot(int(seq), partition), job)


async def _tagged(calls: Calls, where: JobFilter, page: PageRequest, spot: _Spot | None) -> Page:
    """Walk the jobs of the first tag and keep those that match the rest."""
    matching: list[_Found] = []
    scanned = 0
    while scanned < MOST_SCANNED:
        part = await _first(calls, "find_tagged", SCANNED_AT_ONCE, page.oldest_first, spot, [where.tags[0]])
        matching += [one for one in part if where.matches(one.job)]
        scanned += len(part)
        if len(matching) > page.limit or len(part) < SCANNED_AT_ONCE:
            return _page(matching, page)
        spot = part[-1].spot
    return Page([one.job for one in matching], _cursor(spot) if spot else None)


def _page(found: Sequence[_Found], page: PageRequest) -> Page:
    kept = found[: page.limit]
    cursor = _cursor(kept[-1].spot) if len(found) > page.limit else None
    return Page([one.job for one in kept], cursor)


def _set(values: Sequence[str]) -> list[Value]:
    return [len(values), *values]


def _cursor(spot: _Spot) -> str:
    return f"s{spot.seq}-{spot.partition}"


def _spot(cursor: str | None) -> _Spot | None:
    if cursor is None:
        return None
    match = _CURSOR.fullmatch(cursor)
    if not match:
        raise InvalidOption("cursor", f"{cursor!r:.60} is no cursor of this list: leave it out to start anew")
    return _Spot(int(match[1]), int(match[2] or 0))

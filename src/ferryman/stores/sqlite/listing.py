"""Lists of jobs by keyset: a page costs the same among ten jobs and ten million."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice

from ferryman.domain.errors import InvalidOption
from ferryman.domain.job import Job
from ferryman.store.query import MOST_LOOKED_AT, Counted, JobFilter, Page, PageRequest
from ferryman.stores.sqlite.queries import sql
from ferryman.stores.sqlite.rows import job_of
from ferryman.stores.sqlite.walking import Span, first_since, walk

#: Jobs that are looked at in one statement.
AT_ONCE = 500
#: Most whose errors are looked at, each of which is read with its traceback.
MOST_ERRORS = 3_000


def find(connection: sqlite3.Connection, where: JobFilter, page: PageRequest) -> Page:
    """Return one page; raises `InvalidOption` for a cursor that is none."""
    span = _span(connection, where, page.oldest_first, page.cursor)
    found: list[int] = []
    looked, last = 0, None
    most = _most(where)
    for part, fitting in _looked_at(connection, where, span, page.limit + 1 if where.indexed else most):
        found += fitting
        looked, last = looked + len(part), part[-1]
        if len(found) > page.limit:
            break
    cursor, complete = None, True
    if len(found) > page.limit:
        found = found[: page.limit]
        cursor = found[-1]
    elif where.scanned and looked >= most:
        cursor, complete = last, False
    jobs = jobs_of(connection, found)
    listed = [jobs[seq] for seq in found if seq in jobs]
    return Page(listed, None if cursor is None else f"s{cursor}", looked if where.scanned else 0, complete)


def count(connection: sqlite3.Connection, where: JobFilter) -> Counted:
    """Count by looking, up to a bound."""
    span = _span(connection, where, False, None)
    most = _most(where)
    jobs = looked = 0
    for part, fitting in _looked_at(connection, where, span, most + 1):
        jobs, looked = jobs + len(fitting), looked + len(part)
    return Counted.up_to(most, jobs, looked <= most)


def _most(where: JobFilter) -> int:
    """Return how many jobs are looked at for a question."""
    return MOST_ERRORS if where.error else MOST_LOOKED_AT


def jobs_of(connection: sqlite3.Connection, seqs: list[int]) -> dict[int, Job]:
    """Return the jobs of these numbers."""
    return {row[0]: job_of(row) for row in connection.execute(sql("job_rows"), (json.dumps(seqs),))}


def _span(connection: sqlite3.Connection, where: JobFilter, oldest_first: bool, cursor: str | None) -> Span:
    """Return where jobs of a filter are, behind the cursor."""
    low = -1 if where.after is None else first_since(connection, where.after) - 1
    high = 1 << 62 if where.before is None else first_since(connection, where.before)
    span = Span(low, high, oldest_first)
    if cursor is None:
        return span
    number = cursor[1:]
    if not (cursor.startswith("s") and number.isascii() and number.isdigit() and len(number) < 19):
        raise InvalidOption("cursor", f"{cursor!r:.60} is no cursor of this list: leave it out to start anew")
    edge = int(number)
    return span._replace(low=max(low, edge)) if oldest_first else span._replace(high=min(high, edge))


def _looked_at(
    connection: sqlite3.Connection, where: JobFilter, span: Span, most: int
) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Walk up to so many jobs, some at a time: those that were looked at, and those of them that match."""
    walking = islice(walk(connection, where, span, most), most)
    while part := list(islice(walking, AT_ONCE)):
        yield part, part if where.indexed else _matching(connection, where, part)


def _matching(connection: sqlite3.Connection, where: JobFilter, seqs: Sequence[int]) -> list[int]:
    """Return those of some jobs that match the whole filter."""
    lanes = None
    if where.queues or where.tasks:
        rows = connection.execute("SELECT id, queue, task FROM lane")
        lanes = [
            lane
            for lane, queue, task in rows
            if (not where.queues or queue in where.queues) and (not where.tasks or task in where.tasks)
        ]
    values = (seqs, lanes, where.states, where.tags, where.workers, where.failures)
    texts = [None if value is None else json.dumps(value) for value in values]
    return [seq for (seq,) in connection.execute(sql("matching"), (*texts, where.error))]

"""Lists of jobs by keyset: a merge of index ranges, so that a page costs the same among ten jobs and ten million."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from ferryman.domain.errors import InvalidOption
from ferryman.domain.job import Job
from ferryman.store.query import JobFilter, Page, PageRequest
from ferryman.stores.sqlite.queries import sql
from ferryman.stores.sqlite.rows import job_of

#: Ranges merged in one statement; SQLite allows 500.
RANGES_AT_ONCE = 100
#: Jobs of one tag looked at for a page when other filters apply too; the page ends there and its cursor goes on.
MOST_SCANNED = 5_000


def find(connection: sqlite3.Connection, where: JobFilter, page: PageRequest) -> Page:
    """Return one page; raises `InvalidOption` for a cursor that is none."""
    edge = _edge(page)
    if where.tags:
        seqs, more = _tagged(connection, where, page, edge)
    elif where.states or where.queues or where.tasks:
        seqs, more = _merged(connection, where, page, edge)
    else:
        step = _step(page)
        rows = connection.execute(
            f"SELECT seq FROM job WHERE seq {step} ? ORDER BY seq {_order(page)} LIMIT ?", (edge, page.limit + 1)
        )
        seqs, more = _cut([seq for (seq,) in rows], page)
    jobs = jobs_of(connection, seqs)
    cursor = f"s{more}" if more is not None else None
    return Page([jobs[seq] for seq in seqs if seq in jobs], cursor)


def jobs_of(connection: sqlite3.Connection, seqs: list[int]) -> dict[int, Job]:
    """Return the jobs of these numbers."""
    return {row[0]: job_of(row) for row in connection.execute(sql("job_rows"), (json.dumps(seqs),))}


def _edge(page: PageRequest) -> int:
    if page.cursor is None:
        return -1 if page.oldest_first else 1 << 62
    number = page.cursor[1:]
    if not (page.cursor.startswith("s") and number.isascii() and number.isdigit() and len(number) < 19):
        raise InvalidOption("cursor", f"{page.cursor!r:.60} is no cursor of this list: leave it out to start anew")
    return int(number)


def _step(page: PageRequest) -> str:
    return ">" if page.oldest_first else "<"


def _order(page: PageRequest) -> str:
    return "ASC" if page.oldest_first else "DESC"


def _cut(seqs: list[int], page: PageRequest) -> tuple[list[int], int | None]:
    """Return the page and, when there is more behind it, its last number."""
    return (seqs[: page.limit], seqs[page.limit - 1]) if len(seqs) > page.limit else (seqs, None)


def _ranges(connection: sqlite3.Connection, where: JobFilter) -> Iterator[tuple[int, str]]:
    """Return the (lane, state) ranges of the index that the filter asks for and that are not empty."""
    rows = connection.execute(
        "SELECT lane.queue, lane.task, lane.id, tally.state FROM tally JOIN lane ON lane.id = tally.lane WHERE jobs > 0"
    )
    for queue, task, lane, state in rows:
        if (
            (not where.queues or queue in where.queues)
            and (not where.tasks or task in where.tasks)
            and (not where.states or state in where.states)
        ):
            yield lane, state


def _merged(
    connection: sqlite3.Connection, where: JobFilter, page: PageRequest, edge: int
) -> tuple[list[int], int | None]:
    ranges = list(_ranges(connection, where))
    found: list[int] = []
    one = (
        f"SELECT seq FROM (SELECT seq FROM job WHERE lane = ? AND state = ? AND seq {_step(page)} ? "
        f"ORDER BY seq {_order(page)} LIMIT ?)"
    )
    for start in range(0, len(ranges), RANGES_AT_ONCE):
        part = ranges[start : start + RANGES_AT_ONCE]
        values = [value for lane, state in part for value in (lane, state, edge, page.limit + 1)]
        found += [seq for (seq,) in connection.execute(" UNION ALL ".join([one] * len(part)), values)]
    found.sort(reverse=not page.oldest_first)
    return _cut(found, page)


def _tagged(
    connection: sqlite3.Connection, where: JobFilter, page: PageRequest, edge: int
) -> tuple[list[int], int | None]:
    """Walk the jobs of the first tag and keep those that match the rest."""
    scanned = connection.execute(
        f"SELECT seq FROM tag WHERE tag = ? AND seq {_step(page)} ? ORDER BY seq {_order(page)} LIMIT ?",
        (where.tags[0], edge, MOST_SCANNED),
    ).fetchall()
    seqs = [seq for (seq,) in scanned]
    matching: list[int] = []
    for start in range(0, len(seqs), page.limit + 1):
        part = seqs[start : start + page.limit + 1]
        jobs = jobs_of(connection, part)
        matching += [seq for seq in part if seq in jobs and where.matches(jobs[seq])]
        if len(matching) > page.limit:
            return _cut(matching, page)
    return matching, seqs[-1] if len(seqs) == MOST_SCANNED else None

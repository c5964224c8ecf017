"""Walks jobs in the order of their submission, or against it, by the index that has the fewest of them."""

from __future__ import annotations

import heapq
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ferryman.domain.errors import InvalidOption
from ferryman.domain.state import State
from ferryman.store.query import MOST_LOOKED_AT, WHOLE_ID, JobFilter
from ferryman.stores.sqlite.queries import sql
from ferryman.stores.sqlite.rows import stored_key

#: Entries that are read from one place at once, at most.
AT_ONCE = 500
#: Where a dash stands in an id.
_DASHES = (8, 12, 16, 20)

#: Reads up to so many seq behind an edge, in order.
_Read = Callable[["Span", int], list[int]]


class Span(NamedTuple):
    """The seq between `low` and `high`, neither of them included, and in which direction they are walked."""

    low: int
    high: int
    oldest_first: bool

    def behind(self, seq: int) -> Span:
        """Return what is left behind a job."""
        return self._replace(low=seq) if self.oldest_first else self._replace(high=seq)

    @property
    def order(self) -> str:
        """How SQL calls the direction."""
        return "ASC" if self.oldest_first else "DESC"


def first_since(connection: sqlite3.Connection, moment: float) -> int:
    """Return the seq of the first job that was submitted at a time or later: a search by halves, since both rise."""
    low, high = connection.execute("SELECT (SELECT min(seq) FROM job), (SELECT max(seq) FROM job)").fetchone()
    if low is None:
        return 0
    first: int = high + 1
    while low <= high:
        middle = (low + high) // 2
        seq, submitted_at = connection.execute(
            "SELECT seq, submitted_at FROM job WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,)
        ).fetchone()
        if submitted_at >= moment:
            first, high = seq, middle - 1
        else:
            low = seq + 1
    return first


def walk(connection: sqlite3.Connection, where: JobFilter, span: Span, wanted: int) -> Iterator[int]:
    """Walk the seq of an index that has all jobs of a filter, and perhaps others; `wanted` is about how many.

    Only as good as the transaction that it began in.
    """
    if where.ids or where.keys:
        return iter(_looked_up(connection, where, span))
    if where.failures:
        walks = [_in_turn(_failed(connection, group), span, wanted) for group in where.failures]
        return heapq.merge(*walks, reverse=not span.oldest_first)
    if where.tags:
        return _in_turn(_tagged(connection, where.tags[0]), span, wanted)
    if where.queues or where.tasks or 0 < len(set(where.states)) < len(State):
        return _merged(connection, _ranges(connection, where), span, wanted)
    return _in_turn(_all(connection), span, wanted)


def _looked_up(connection: sqlite3.Connection, where: JobFilter, span: Span) -> list[int]:
    if where.beginning:
        return _beginning_with(connection, where.beginning, span)
    if where.ids:
        column, values = "id", [_dashed(digits) for digits in where.ids]
    else:
        column, values = "key", [stored_key(task, key) or "" for task in where.tasks for key in where.keys]
    rows = connection.execute(
        f"SELECT seq FROM job WHERE {column} IN (SELECT value FROM json_each(?)) AND seq > ? AND seq < ?",
        (json.dumps(values), span.low, span.high),
    )
    return sorted((seq for (seq,) in rows), reverse=not span.oldest_first)


def _beginning_with(connection: sqlite3.Connection, digits: str, span: Span) -> list[int]:
    first = _dashed(digits)
    rows = connection.execute(
        "SELECT seq FROM job WHERE id >= ? AND id < ? LIMIT ?", (first, f"{first}g", MOST_LOOKED_AT + 1)
    ).fetchall()
    if len(rows) > MOST_LOOKED_AT:
        raise InvalidOption("id", f"more than {MOST_LOOKED_AT:,} ids begin with {digits}: give more of its digits")
    return sorted((seq for (seq,) in rows if span.low < seq < span.high), reverse=not span.oldest_first)


def _dashed(digits: str) -> str:
    """Write the digits of an id, or of its beginning, with their dashes."""
    cuts = [0, *(cut for cut in _DASHES if cut < len(digits)), WHOLE_ID]
    return "-".join(digits[start:end] for start, end in pairwise(cuts))


def _all(connection: sqlite3.Connection) -> _Read:
    return lambda span, count: _seqs(
        connection,
        f"SELECT seq FROM job WHERE seq > ? AND seq < ? ORDER BY seq {span.order} LIMIT ?",
        (span.low, span.high, count),
    )


def _failed(connection: sqlite3.Connection, group: str) -> _Read:
    row = connection.execute("SELECT number FROM failure_group WHERE id = ?", (group,)).fetchone()
    return lambda span, count: _seqs(
        connection,
        f"SELECT seq FROM job WHERE failure = ? AND seq > ? AND seq < ? ORDER BY seq {span.order} LIMIT ?",
        (row and row[0], span.low, span.high, count),
    )


def _tagged(connection: sqlite3.Connection, tag: str) -> _Read:
    return lambda span, count: _seqs(
        connection,
        f"SELECT seq FROM tag WHERE tag = ? AND seq > ? AND seq < ? ORDER BY seq {span.order} LIMIT ?",
        (tag, span.low, span.high, count),
    )


def _seqs(connection: sqlite3.Connection, statement: str, values: Sequence[Any]) -> list[int]:
    return [seq for (seq,) in connection.execute(statement, values)]


def _in_turn(read: _Read, span: Span, wanted: int) -> Iterator[int]:
    """Walk one index."""
    count = min(wanted, AT_ONCE)
    while True:
        part = read(span, count)
        yield from part
        if len(part) < count:
            return
        span, count = span.behind(part[-1]), AT_ONCE


def _ranges(connection: sqlite3.Connection, where: JobFilter) -> list[tuple[int, str]]:
    """Return the (lane, state) ranges of the index that the filter asks for and that are not empty."""
    rows = connection.execute(
        "SELECT lane.queue, lane.task, lane.id, tally.state FROM tally JOIN lane ON lane.id = tally.lane WHERE jobs > 0"
    )
    return [
        (lane, state)
        for queue, task, lane, state in rows
        if (not where.queues or queue in where.queues)
        and (not where.tasks or task in where.tasks)
        and (not where.states or state in where.states)
    ]


def _merged(
    connection: sqlite3.Connection, ranges: Sequence[tuple[int, str]], span: Span, wanted: int
) -> Iterator[int]:
    """Walk several ranges as one: a few entries of each are read at first, and more of those that give the most."""
    if not ranges:
        return
    statement = sql("oldest_of_lanes" if span.oldest_first else "newest_of_lanes")

    def read(some: Sequence[tuple[int, str]], span: Span, count: int) -> list[list[int]]:
        rows = connection.execute(statement, (json.dumps(some), span.low, span.high, count))
        return [json.loads(row) for (row,) in rows]

    count = min(wanted // len(ranges) + 3, AT_ONCE)
    sign = 1 if span.oldest_first else -1
    # Of each range: the entry that is its next, its number, what was read with it, and how much was asked for.
    heads = [
        (sign * part[0], number, iter(part[1:]), count if len(part) == count else 0)
        for number, part in enumerate(read(ranges, span, count))
        if part
    ]
    heapq.heapify(heads)
    while heads:
        key, number, rest, asked = heads[0]
        yield sign * key
        following = next(rest, None)
        if following is None and asked:
            asked = min(2 * asked, AT_ONCE)
            [part] = read([ranges[number]], span.behind(sign * key), asked)
            rest, asked = iter(part), asked if len(part) == asked else 0
            following = next(rest, None)
        if following is None:
            heapq.heappop(heads)
        else:
            heapq.heapreplace(heads, (sign * following, number, rest, asked))

"""Failed jobs by their cause: put into groups by the transaction that fails them, taken out by triggers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from ferryman.store.failures import HOURS, MOST_GROUPS, Cause, FailureGroup, by_hour, hour_of
from ferryman.stores.sqlite.queries import sql
from ferryman.stores.sqlite.writer import Transaction


def note(transaction: Transaction) -> None:
    """Put the jobs in temp.ended that failed into the groups of their causes."""
    messages: dict[Cause, str] = {}
    failed: dict[Cause, list[int]] = {}
    for seq, task, error in transaction.run("failures_ended").fetchall():
        cause, messages[cause] = Cause.of(task, error)
        failed.setdefault(cause, []).append(seq)
    new = False
    for cause, seqs in failed.items():
        new |= _join(transaction, cause, messages[cause], seqs)
    if new:
        transaction.run("failures_make_room", MOST_GROUPS)


def _join(transaction: Transaction, cause: Cause, message: str, seqs: Sequence[int]) -> bool:
    """Put jobs into one group, and say whether it is new."""
    now = transaction.now
    hour = hour_of(now)
    values = (cause.id, *cause, message, now, hour, hour - HOURS + 1, len(seqs))
    [(number, new)] = transaction.run("failures_note", *values).fetchall()
    transaction.run("failures_join", json.dumps(seqs), number)
    return bool(new)


def read(connection: sqlite3.Connection, task: str | None, most: int, now: float) -> list[FailureGroup]:
    """Return the groups that failed last."""
    return [_group(row, now) for row in connection.execute(sql("failures_read"), (task, most))]


def _group(row: tuple[str, str, str, str, str, int, float, float, str], now: float) -> FailureGroup:
    *said, hours = row
    counts = {int(hour): count for hour, count in json.loads(hours).items()}
    return FailureGroup(*said, by_hour(counts, now))  # type: ignore[call-arg, arg-type]  # the columns are its fields


def count(connection: sqlite3.Connection, groups: Sequence[str]) -> int:
    """Return how many jobs some groups have."""
    [jobs] = connection.execute(
        "SELECT coalesce(sum(jobs), 0) FROM failure_group WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(groups)),),
    ).fetchone()
    return int(jobs)

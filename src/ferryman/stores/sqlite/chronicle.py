"""What happened in each lane, by the minute and longer: written inside the transactions that make it happen.

Transitions write minutes. Upkeep adds those that are over to longer stretches of time and deletes them, in one
transaction: each is counted once, whatever the clock does and however often that is tried.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter

from ferryman.store.history import KEPT, History, HistoryRequest, Item, Step, Sums
from ferryman.stores.sqlite.queries import sql

#: How many times each item happened in each lane, by (lane, item).
Counts = Counter[tuple[int, int]]

#: Most that one round of upkeep adds to longer stretches of time, in seconds of the time when it happened.
MOST_FOLDED = 3_600
#: Most stretches of time of each step that one round forgets.
MOST_FORGOTTEN = 60


def minute_of(now: float) -> int:
    """Return when a minute began."""
    return int(now) // Step.MINUTE * Step.MINUTE


def write(connection: sqlite3.Connection, counts: Counts, now: float) -> None:
    """Add counts to the minute that it is."""
    if counts:
        rows = json.dumps([(lane, item, count) for (lane, item), count in counts.items()])
        connection.execute(sql("chronicle_add"), (minute_of(now), rows))


def keep_up(connection: sqlite3.Connection, now: float) -> None:
    """Once a minute look how long jobs wait; add minutes that are over to longer times, and forget what is old."""
    minute = minute_of(now)
    looked = connection.execute("UPDATE looked SET at = ?1 WHERE at <> ?1", (minute,)).rowcount
    if looked:
        waits = connection.execute(sql("chronicle_waits"), (now,)).fetchall()
        write(connection, Counter({(lane, int(Item.OLDEST)): waited for lane, waited in waits}), now)
    [first] = connection.execute("SELECT min(at) FROM fresh WHERE at < ?", (minute,)).fetchone()
    if first is None:
        return
    before = min(minute, first + MOST_FOLDED)
    for step in Step:
        connection.execute(sql("chronicle_fold"), (int(step), before))
        connection.execute(sql("chronicle_prune"), (int(step), int(now) - KEPT[step], MOST_FORGOTTEN))
    connection.execute(sql("chronicle_folded"), (before,))


def nothing_to_keep_up(connection: sqlite3.Connection, now: float) -> bool:
    """Whether `keep_up` would find nothing new."""
    [something] = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM fresh WHERE at < ?1)"
        " OR (EXISTS (SELECT 1 FROM looked WHERE at <> ?1)"
        " AND EXISTS (SELECT 1 FROM tally WHERE state = 'pending' AND jobs > 0))",
        (minute_of(now),),
    ).fetchone()
    return not something


def read(connection: sqlite3.Connection, request: HistoryRequest, now: float) -> History:
    """Return what a request asks for."""
    sums = Sums(request, now)
    for at, queue, task, items, counts in connection.execute(sql("chronicle_read"), (int(request.step), sums.since)):
        if request.wants(queue, task):
            sums.add(at, queue, task, zip(json.loads(items), json.loads(counts), strict=True))
    return sums.history()

"""A worker's turn: finish, recover, promote, claim, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import itemgetter

from ferryman.domain.histogram import class_of
from ferryman.domain.lease import Claimed
from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.retention import Retention
from ferryman.domain.state import FINAL, State
from ferryman.store.history import Item
from ferryman.store.messages import Turn, TurnReply
from ferryman.store.signals import FINISHED
from ferryman.stores.sqlite import failures
from ferryman.stores.sqlite.queries import sql
from ferryman.stores.sqlite.submit import take_places
from ferryman.stores.sqlite.writer import Transaction

#: Most jobs that one turn recovers and promotes: a herd that is due at once must not hold up the turn.
MOST_RECOVERED = 100
MOST_PROMOTED = 200
#: Lanes whose heads are compared in one statement; SQLite allows 500.
LANES_AT_ONCE = 100

#: Columns of claim_read.sql that make a `Claimed`.
_WIDTH = len(Claimed._fields)
#: As plain numbers and texts: thousands are counted per second.
_FAILED = State.FAILED.value
_ENDS = {state.value: int(Item[state.name]) for state in FINAL}
_RETRIED, _CRASHED, _WAIT, _RUN = int(Item.RETRIED), int(Item.CRASHED), int(Item.WAIT), int(Item.RUN)


def take_turn(transaction: Transaction, turn: Turn, keep: Retention) -> TurnReply:
    """Finish what ended, recover and promote a bounded number, claim for the free slots.

    The same request again gives the same answer and changes nothing.
    """
    replay = _answered(transaction, turn)
    if replay is None:
        accepted = finish(transaction, turn.outcomes, keep)
        recover(transaction, MOST_RECOVERED, keep)
        promote(transaction, MOST_PROMOTED)
        claimed = _claim(transaction, turn)
        transaction.connection.execute(
            "INSERT INTO turn VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
            "request = ?2, accepted = ?3, claimed = ?4, at = ?5",
            (asker(turn.worker, turn.track), turn.request, accepted, claimed, transaction.now),
        )
    else:
        accepted, claimed = replay
    positions = set(json.loads(accepted))
    return TurnReply(
        [position in positions for position in range(len(turn.outcomes))],
        _read(transaction, claimed, turn.request, fresh=replay is None),
        due_in(transaction),
    )


def glance(transaction: Transaction, turn: Turn) -> TurnReply | None:
    """Answer a turn that has nothing to write without a transaction, so that an idle worker costs no disk write."""
    if turn.outcomes or _answered(transaction, turn) is not None:
        return None
    wait = due_in(transaction)
    if (wait is not None and wait <= 0) or (turn.want > 0 and _lanes(transaction, turn)):
        return None
    return TurnReply((), (), wait)


def _answered(transaction: Transaction, turn: Turn) -> tuple[str, str] | None:
    """Return what this very turn was answered before: the accepted positions and the claimed jobs, as JSON arrays."""
    row: tuple[str, str] | None = transaction.connection.execute(
        "SELECT accepted, claimed FROM turn WHERE worker = ? AND request = ?",
        (asker(turn.worker, turn.track), turn.request),
    ).fetchone()
    return row


def asker(worker: str, track: int) -> str:
    """Return under what name the answer to a turn is kept."""
    return f"{worker} {track}"


def finish(transaction: Transaction, outcomes: Sequence[Outcome], keep: Retention) -> str:
    """Apply the outcomes whose lease is held; return their positions as a JSON array."""
    if not outcomes:
        return "[]"
    rows = json.dumps([(*o.lease, o.ending, o.result, o.error, o.delay) for o in outcomes])
    transaction.run("end_outcomes", rows, transaction.now)
    return json.dumps(_end(transaction, keep))


def recover(transaction: Transaction, most: int, keep: Retention) -> int:
    """Take jobs back whose lease ran out; return how many."""
    count = transaction.run("end_expired", transaction.now, most).rowcount
    if count:
        _end(transaction, keep)
    return count


def _end(transaction: Transaction, keep: Retention) -> list[int]:
    """End the attempts in temp.ended: write them down, keep results, move the jobs on; return their positions."""
    now = transaction.now
    ended = json.loads(transaction.value(sql("end_read")))
    _count(transaction, ended)
    transaction.run("end_history", now)
    transaction.run("end_results")
    transaction.run("end_jobs", now, keep.completed, keep.failed, keep.cancelled)
    if any(target == _FAILED for *_, target in ended):
        failures.note(transaction)
    transaction.tell_queues(queue for (queue,) in transaction.run("end_queues"))
    transaction.signals.add(FINISHED)
    transaction.connection.execute("DELETE FROM temp.ended")
    return [position for position, *_ in ended]


def _count(transaction: Transaction, ended: Sequence[tuple[int | None, int, float, str, str]]) -> None:
    """Count attempts that ended, and the jobs that ended with them; how long one ran that crashed nobody knows."""
    counts = transaction.counts
    for _, lane, lasted, ending, target in ended:
        if target in _ENDS:
            counts[lane, _ENDS[target]] += 1
        elif ending == Ending.RETRIED:
            counts[lane, _RETRIED] += 1
        if ending == Ending.CRASHED:
            counts[lane, _CRASHED] += 1
        else:
            counts[lane, _RUN + class_of(lasted)] += 1


def promote(transaction: Transaction, most: int) -> int:
    """Make due jobs pending, at the end of the line; return how many."""
    count = transaction.run("promote_due", transaction.now, most).rowcount
    if count:
        transaction.run("promote_jobs", take_places(transaction, count))
        transaction.tell_queues(queue for (queue,) in transaction.run("chosen_queues"))
        transaction.connection.execute("DELETE FROM temp.chosen")
    return count


def due_in(transaction: Transaction) -> float | None:
    """Return the seconds until the next scheduled job is due or the next lease runs out; None for never."""
    at = transaction.value(sql("next_due"))
    return None if at is None else max(0.0, at - transaction.now)


def _lanes(transaction: Transaction, turn: Turn) -> list[int]:
    tasks, queues = json.dumps(list(turn.tasks)), json.dumps(list(turn.queues))
    return [lane for (lane,) in transaction.run("claim_lanes", tasks, queues)]


def _claim(transaction: Transaction, turn: Turn) -> str:
    """Claim the first `want` jobs; return their seq as a JSON array."""
    if turn.want <= 0:
        return "[]"
    lanes = _lanes(transaction, turn)
    if not lanes:
        return "[]"
    claimed = json.dumps(_first(transaction, lanes, turn.want))
    until = transaction.now + turn.lease
    transaction.run("claim_jobs", claimed, turn.request, turn.worker, until, transaction.now)
    return claimed


def _first(transaction: Transaction, lanes: list[int], want: int) -> list[int]:
    """Return the jobs that are first in line over several lanes: a look at the head of each, never at all jobs."""
    heads: list[tuple[int, int, int]] = []
    for start in range(0, len(lanes), LANES_AT_ONCE):
        part = lanes[start : start + LANES_AT_ONCE]
        heads += json.loads(transaction.value(_heads_statement(len(part)), *part, want))
    heads.sort()
    return [seq for _, _, seq in heads[:want]]


def _heads_statement(lanes: int) -> str:
    head = (
        "SELECT * FROM (SELECT -priority AS rank, place, seq FROM job WHERE lane = ?{lane} AND state = 'pending' "
        "ORDER BY priority DESC, place LIMIT ?{want})"
    )
    union = " UNION ALL ".join(head.format(lane=number, want=lanes + 1) for number in range(1, lanes + 1))
    return f"SELECT json_group_array(json_array(rank, place, seq)) FROM ({union})"


def _read(transaction: Transaction, claimed: str, nonce: int, fresh: bool) -> list[Claimed]:
    """Return what was claimed; when it was just now, count how long each waited to be claimed for the first time."""
    if claimed == "[]":
        return []
    rows = json.loads(transaction.value(sql("claim_read"), claimed, nonce))
    rows.sort(key=itemgetter(_WIDTH))  # they come in this order, but SQLite does not promise it
    if fresh:
        counts, now = transaction.counts, transaction.now
        for row in rows:
            if row[1] == 1:
                _, lane, since = row[_WIDTH:]
                counts[lane, _WAIT + class_of(now - since)] += 1
    return [Claimed._make(row[:_WIDTH]) for row in rows]

"""What people do to jobs: cancel, retry, run now, delete; and retention, which deletes by itself.

Each action chooses the jobs whose state allows it (`domain/state.py` says which) and moves exactly those.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from ferryman.domain.errors import InvalidOption
from ferryman.domain.retention import Retention
from ferryman.domain.state import Operation, State, sources
from ferryman.store.history import Item
from ferryman.store.messages import Changed
from ferryman.store.signals import FINISHED, worker_signal
from ferryman.stores.sqlite import chronicle
from ferryman.stores.sqlite.submit import take_places
from ferryman.stores.sqlite.turn import MOST_PROMOTED, MOST_RECOVERED, promote, recover
from ferryman.stores.sqlite.writer import Transaction

#: A worker that was silent for this long, in seconds, is forgotten; until then it is shown as dead.
WORKER_KEPT = 3_600.0


def act(transaction: Transaction, operation: Operation, ids: Sequence[str], keep: Retention) -> list[Changed]:
    """Do one operation to each job whose state allows it, and say of each what became of it."""
    moves: dict[Operation, Callable[[Transaction, Retention], None]] = {
        Operation.CANCEL: _cancel,
        Operation.RETRY: _retry,
        Operation.RUN_NOW: _run_now,
        Operation.DELETE: _delete,
    }
    if operation not in moves:
        raise InvalidOption("operation", f"{operation!r} is no action: {', '.join(moves)}")
    wanted, allowed = json.dumps(list(ids)), json.dumps(sorted(sources(operation)))
    transaction.run("act_choose", wanted, allowed)
    done = {identifier for (identifier,) in transaction.run("act_chosen")}
    moves[operation](transaction, keep)
    transaction.connection.execute("DELETE FROM temp.chosen")
    states = dict(transaction.run("act_states", wanted).fetchall())
    answers = []
    for identifier in ids:
        state = State(states[identifier]) if identifier in states else None
        answers.append(Changed(identifier, identifier in done, state))
        done.discard(identifier)  # who is named twice is moved once
    return answers


def _cancel(transaction: Transaction, keep: Retention) -> None:
    transaction.signals.update(worker_signal(worker) for (worker,) in transaction.run("cancel_workers"))
    for lane, count in transaction.run("cancel_lanes"):
        transaction.counts[lane, int(Item.CANCELLED)] += count
    transaction.run("cancel_history", transaction.now)
    transaction.run("cancel_jobs", transaction.now, keep.cancelled)
    transaction.signals.add(FINISHED)


def _retry(transaction: Transaction, keep: Retention) -> None:
    transaction.run("retry_results")
    _to_line(transaction, "retry_jobs")


def _run_now(transaction: Transaction, keep: Retention) -> None:
    _to_line(transaction, "run_now_jobs", transaction.now)


def _to_line(transaction: Transaction, statement: str, *values: float) -> None:
    count = transaction.value("SELECT count(*) FROM temp.chosen")
    transaction.run(statement, take_places(transaction, count), *values)
    transaction.tell_queues(queue for (queue,) in transaction.run("chosen_queues"))


def _delete(transaction: Transaction, keep: Retention) -> None:
    transaction.connection.execute("DELETE FROM job WHERE seq IN (SELECT seq FROM temp.chosen)")
    transaction.signals.add(FINISHED)  # whoever awaits a deleted job must look, and find it gone


def upkeep(transaction: Transaction, limit: int, keep: Retention) -> tuple[int, int, int]:
    """Promote, recover and prune at most `limit` jobs each, and forget workers and listeners that are gone."""
    promoted = promote(transaction, min(limit, MOST_PROMOTED))
    recovered = recover(transaction, min(limit, MOST_RECOVERED), keep)
    pruned = transaction.run("prune_jobs", transaction.now, limit).rowcount
    transaction.run("prune_workers", transaction.now - WORKER_KEPT)
    transaction.run("prune_turns", transaction.now - WORKER_KEPT)
    transaction.run("prune_listeners", transaction.now)
    chronicle.keep_up(transaction.connection, transaction.now)
    return promoted, recovered, pruned


def nothing_to_keep_up(transaction: Transaction) -> bool:
    """Whether a round of upkeep would change nothing; costs a few index look-ups and no write."""
    return chronicle.nothing_to_keep_up(transaction.connection, transaction.now) and not transaction.value(
        "SELECT EXISTS (SELECT 1 FROM job WHERE state = 'scheduled' AND run_at <= ?1)"
        " OR EXISTS (SELECT 1 FROM job WHERE state = 'processing' AND lease_until <= ?1)"
        " OR EXISTS (SELECT 1 FROM job WHERE keep_until <= ?1)"
        " OR EXISTS (SELECT 1 FROM listener WHERE until <= ?1)"
        " OR EXISTS (SELECT 1 FROM worker WHERE seen_at < ?2)"
        " OR EXISTS (SELECT 1 FROM turn WHERE at < ?2)",
        transaction.now,
        transaction.now - WORKER_KEPT,
    )

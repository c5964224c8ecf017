"""Lanes: the numbers by which jobs name their queue and task."""

from __future__ import annotations

from ferryman.stores.sqlite.writer import Transaction

Lane = tuple[str, str]


class Lanes:
    """Remembers the number of each (queue, task).

    A lane is never deleted, so a number once committed holds for good. One that was made by a transaction that failed
    does not: `forget` drops what is remembered, and asking again makes it anew.
    """

    def __init__(self) -> None:
        self._numbers: dict[Lane, int] = {}

    def numbers(self, transaction: Transaction, lanes: set[Lane]) -> dict[Lane, int]:
        """Return the number of each lane, making those that are missing."""
        for lane in lanes - self._numbers.keys():
            transaction.connection.execute("INSERT INTO lane (queue, task) VALUES (?, ?) ON CONFLICT DO NOTHING", lane)
            self._numbers[lane] = transaction.value("SELECT id FROM lane WHERE queue = ? AND task = ?", *lane)
        return self._numbers

    def forget(self) -> None:
        """Drop everything: a transaction that may have made lanes was undone."""
        self._numbers.clear()

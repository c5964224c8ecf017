"""A disk that has trouble for a while: it is full, or a write or a sync fails."""

from __future__ import annotations

import random

from tests.power.disk import FULL, IOERR_FSYNC, IOERR_WRITE, Fault, Kind

#: How many changes go well, on the average, before there is trouble.
PEACE = 60


def full(kind: Kind, name: str, grows: bool) -> int | None:
    """Refuse what would make a file larger."""
    return FULL if grows else None


def unwritable(kind: Kind, name: str, grows: bool) -> int | None:
    """Fail every write, as a disk that lost its cable does."""
    return IOERR_WRITE if kind in ("write", "truncate") else None


def unsynced(kind: Kind, name: str, grows: bool) -> int | None:
    """Fail every sync."""
    return IOERR_FSYNC if kind == "sync" else None


def from_change(number: int, fault: Fault) -> Fault:
    """Have this trouble from the n-th change on."""
    seen = 0

    def failing(kind: Kind, name: str, grows: bool) -> int | None:
        nonlocal seen
        seen += 1
        return fault(kind, name, grows) if seen >= number else None

    return failing


def now_and_then(dice: random.Random, faults: list[Fault]) -> Fault:
    """Have one of these troubles for a few changes, then peace for some, and so on."""
    current: Fault | None = None
    left = dice.randint(1, PEACE * 2)

    def failing(kind: Kind, name: str, grows: bool) -> int | None:
        nonlocal current, left
        left -= 1
        if left <= 0:
            current = None if current else dice.choice(faults)
            left = dice.choice([1, 3, 20]) if current else dice.randint(1, PEACE * 2)
        return current(kind, name, grows) if current else None

    return failing

"""The locks that SQLite's processes hold against each other, and the memory they share beside a file."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field

SHARED, RESERVED, PENDING, EXCLUSIVE = 1, 2, 3, 4


@dataclass
class FileLocks:
    """Who holds which of SQLite's five levels on a file; a holder is any object."""

    levels: dict[object, int] = field(default_factory=dict)

    def lock(self, holder: object, level: int) -> bool:
        """Raise a holder's level; False when another holder stands against it."""
        mine = self.levels.get(holder, 0)
        if mine >= level:
            return True
        others = max((held for other, held in self.levels.items() if other is not holder), default=0)
        if level == SHARED and others >= PENDING:
            return False
        if level > SHARED and others >= RESERVED:
            return False
        if level == EXCLUSIVE and others:
            self.levels[holder] = PENDING  # keeps new readers out until those that are there have gone
            return False
        self.levels[holder] = level
        return True

    def unlock(self, holder: object, level: int) -> None:
        """Lower a holder's level."""
        if level:
            self.levels[holder] = min(level, self.levels.get(holder, 0))
        else:
            self.levels.pop(holder, None)

    def reserved(self) -> bool:
        """Whether anybody means to write."""
        return any(level >= RESERVED for level in self.levels.values())

    def forget(self, holder: object) -> None:
        self.levels.pop(holder, None)


@dataclass
class SharedMemory:
    """The index of a write-ahead log: memory of all who have it mapped, and its eight locks."""

    regions: list[ctypes.Array[ctypes.c_char]] = field(default_factory=list)
    mapped: set[object] = field(default_factory=set)
    #: By holder: the locks it shares and those it has alone, as bits.
    shared: dict[object, int] = field(default_factory=dict)
    alone: dict[object, int] = field(default_factory=dict)

    def map(self, holder: object, number: int, size: int, extend: bool) -> int | None:
        """Return the address of a region, None when there is none and it may not be made."""
        self.mapped.add(holder)
        while len(self.regions) <= number:
            if not extend:
                return None
            self.regions.append(ctypes.create_string_buffer(size))
        return ctypes.addressof(self.regions[number])

    def lock(self, holder: object, bits: int, alone: bool) -> bool:
        """Take locks, to share them or alone; False when another holder stands against it."""
        against = _of_others(self.alone, holder)
        if alone:
            against |= _of_others(self.shared, holder)
        if against & bits:
            return False
        mine = self.alone if alone else self.shared
        mine[holder] = mine.get(holder, 0) | bits
        return True

    def unlock(self, holder: object, bits: int) -> None:
        for held in (self.shared, self.alone):
            held[holder] = held.get(holder, 0) & ~bits

    def forget(self, holder: object) -> None:
        """Let go of a holder's locks."""
        self.shared.pop(holder, None)
        self.alone.pop(holder, None)
        self.mapped.discard(holder)


def _of_others(held: dict[object, int], holder: object) -> int:
    bits = 0
    for other, locks in held.items():
        if other is not holder:
            bits |= locks
    return bits

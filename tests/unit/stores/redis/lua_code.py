"""Reads what a server's Lua 5.1 compiled, to find the globals that a script names, also where no test goes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

#: Before the first function: signature, version and the sizes of things, which are those of a 64-bit machine.
_HEADER = b"\x1bLua\x51\x00\x01\x04\x08\x04\x08\x00"
_GET_GLOBAL, _SET_GLOBAL = 5, 7


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def text(self) -> str:
        return self.take(int.from_bytes(self.take(8), "little"))[:-1].decode("latin-1")

    def constant(self) -> object:
        kind = self.take(1)[0]
        if kind == 4:
            return self.text()
        return self.take({0: 0, 1: 1, 3: 8}[kind])


def globals_named(compiled: bytes) -> tuple[set[str], set[str]]:
    """Return the globals that are read and those that are set in what string.dump answers."""
    assert compiled.startswith(_HEADER)
    found: tuple[set[str], set[str]] = (set(), set())
    for is_set, name in _walk(_Reader(compiled[len(_HEADER) :])):
        found[is_set].add(name)
    return found


def _walk(reader: _Reader) -> Iterator[tuple[bool, str]]:
    """Read one function and those in it."""
    reader.text()  # where it comes from
    reader.take(4 + 4 + 4)  # its lines, and numbers of values
    code = [struct.unpack("<I", reader.take(4))[0] for _ in range(reader.number())]
    constants = [reader.constant() for _ in range(reader.number())]
    for instruction in code:
        if instruction & 0x3F in (_GET_GLOBAL, _SET_GLOBAL):
            yield instruction & 0x3F == _SET_GLOBAL, str(constants[instruction >> 14])
    for _ in range(reader.number()):
        yield from _walk(reader)
    reader.take(4 * reader.number())  # the line of each instruction
    for _ in range(reader.number()):
        reader.text()  # a local, and where it begins and ends
        reader.take(8)
    for _ in range(reader.number()):
        reader.text()  # a local of the function around it

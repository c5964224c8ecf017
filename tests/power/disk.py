"""A disk that remembers what was synced and what was only written, and that can lose power.

Reads see what was written. A sync makes a file's changes safe; a cut of the power keeps or drops what was not safe yet,
sector by sector, also half of one. Names are as unsafe as contents until their folder is synced.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.power.locks import FileLocks, SharedMemory

SECTOR = 512
#: SQLite's names of what a disk may answer.
IOERR, FULL = 10, 13
IOERR_WRITE, IOERR_FSYNC = IOERR | (3 << 8), IOERR | (4 << 8)

#: One of: create, write, truncate, sync, delete.
Kind = str
#: Told what is about to be done to which file, and whether that grows; an error code makes it fail.
Fault = Callable[[Kind, str, bool], int | None]


class DiskError(Exception):
    """What the disk answers in place of doing its work; `code` is SQLite's."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(eq=False)
class File:
    """A file: what processes see (`data`), what is safe, and the changes between the two, oldest first."""

    data: bytearray = field(default_factory=bytearray)
    safe: bytearray = field(default_factory=bytearray)
    #: (offset, bytes) for a write, (size, None) for a truncation.
    changes: list[tuple[int, bytes | None]] = field(default_factory=list)
    locks: FileLocks = field(default_factory=FileLocks)
    memory: SharedMemory = field(default_factory=SharedMemory)

    def change(self, offset: int, written: bytes | None) -> None:
        apply(self.data, offset, written)
        self.changes.append((offset, written))

    def sync(self) -> None:
        for offset, written in self.changes:
            apply(self.safe, offset, written)
        self.changes.clear()

    def lose_power(self, dice: random.Random, kept: float) -> None:
        """Keep each unsafe sector with this chance; everything that is left is safe."""
        if kept < 1.0:
            self.data = _left_behind(self, dice, kept)
        self.safe = bytearray(self.data)
        self.changes.clear()


def fine(kind: Kind, name: str, grows: bool) -> int | None:
    """Let everything be done."""
    return None


def apply(data: bytearray, offset: int, written: bytes | None) -> None:
    """Change bytes as a write or, without bytes, a truncation does."""
    if written is None:
        del data[offset:]
        return
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    data[offset : offset + len(written)] = written


def _left_behind(file: File, dice: random.Random, kept: float) -> bytearray:
    """Return what the sectors hold after a cut: of the writes to each, the first few, perhaps half of the next."""
    pieces: dict[int, list[tuple[int, bytes]]] = {}
    sizes = [len(file.safe)]
    for offset, written in file.changes:
        size = offset if written is None else max(sizes[-1], offset + len(written))
        if written is None:  # what was cut off reads as zeros if the file grows again
            offset, written = size, bytes(max(0, sizes[-1] - size))
        sizes.append(size)
        for start in range(offset - offset % SECTOR, offset + len(written), SECTOR):
            first, last = max(start, offset), min(start + SECTOR, offset + len(written))
            pieces.setdefault(start, []).append((first, written[first - offset : last - offset]))
    left = bytearray(file.safe)
    left.extend(bytes(max(0, max(sizes) - len(left))))
    for writes in pieces.values():
        for offset, written in writes:
            if dice.random() < kept:
                left[offset : offset + len(written)] = written
                continue
            if dice.random() < 0.3:
                torn = dice.randrange(len(written))
                left[offset : offset + torn] = written[:torn]
            break
    del left[dice.choice([sizes[0], sizes[-1], dice.choice(sizes)]) :]
    return left


@dataclass(eq=False)
class Handle:
    """An open file of one process."""

    file: File
    name: str
    process: str
    #: The file's at the time; whoever is dead keeps it, since its SQLite still points into it.
    memory: SharedMemory
    #: The first sync by a handle that would have made a log or journal also syncs the folder, as SQLite on Unix.
    syncs_folder: bool = False
    alive: bool = True


class Disk:
    """Files by name; their handles; and when the power will be cut, or what will fail."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.files: dict[str, File] = {}
        self._safe_names: dict[str, File] = {}
        self._name_changes: list[tuple[str, File | None]] = []
        self.handles: set[Handle] = set()
        #: Held by whoever changes anything: processes may have threads.
        self.guard = threading.RLock()
        #: How many changes the disk has been asked for; from which of them on the first to a file whose name ends like
        #: this is the end of everything, and by what.
        self.asked = 0
        self.end_at: int | None = None
        self.end_on = ""
        self.ending: Callable[[], None] = self.cut_power
        #: What was asked for when everything ended, such as ("sync", "jobs.db-wal"); None while processes live.
        self.ended: tuple[Kind, str] | None = None
        #: What goes wrong, and how often something did.
        self.fault: Fault = fine
        self.failed = 0

    # -- what processes do

    def open(self, name: str, process: str, *, create: bool, syncs_folder: bool) -> Handle:
        with self.guard:
            if self.ended:
                raise DiskError(IOERR)
            file = self.files.get(name)
            if file is None:
                if not create:
                    raise DiskError(14)  # cannot open
                file = self.files[name] = File()
                self._name_changes.append((name, file))
                self._ask("create", name)
            handle = Handle(file, name, process, file.memory, syncs_folder)
            self.handles.add(handle)
            return handle

    def write(self, handle: Handle, offset: int, data: bytes) -> None:
        with self.guard:
            self._check(handle)
            try:
                self._fail("write", handle.name, offset + len(data) > len(handle.file.data))
            except DiskError:
                went_in = self.dice.randrange(len(data))
                if went_in:
                    handle.file.change(offset, data[:went_in])
                raise
            handle.file.change(offset, data)
            self._ask("write", handle.name)

    def truncate(self, handle: Handle, size: int) -> None:
        with self.guard:
            self._check(handle)
            self._fail("truncate", handle.name, size > len(handle.file.data))
            if size < len(handle.file.data):
                handle.file.change(size, None)
            elif size > len(handle.file.data):
                handle.file.change(len(handle.file.data), bytes(size - len(handle.file.data)))
            self._ask("truncate", handle.name)

    def sync(self, handle: Handle) -> None:
        """Make a file safe. A sync that fails leaves what it should have saved unsafe for ever, as Linux does."""
        with self.guard:
            self._check(handle)
            self._ask("sync", handle.name)
            try:
                self._fail("sync", handle.name, False)
            except DiskError:
                handle.file.changes.clear()
                raise
            handle.file.sync()
            if handle.syncs_folder:
                handle.syncs_folder = False
                self._sync_folder()

    def delete(self, name: str, sync_folder: bool) -> bool:
        """Take a name away; False when there is none."""
        with self.guard:
            if self.ended:
                raise DiskError(IOERR)
            if name not in self.files:
                return False
            del self.files[name]
            self._name_changes.append((name, None))
            self._ask("delete", name)
            if sync_folder:
                self._sync_folder()
            return True

    def close(self, handle: Handle) -> None:
        with self.guard:
            handle.file.locks.forget(handle)
            self.unmap(handle)
            self.handles.discard(handle)

    def unmap(self, handle: Handle) -> None:
        handle.memory.forget(handle)
        if not handle.file.memory.mapped:
            handle.file.memory = SharedMemory()  # gone with the last who had it mapped

    def _check(self, handle: Handle) -> None:
        if not handle.alive:
            raise DiskError(IOERR)

    def _fail(self, kind: Kind, name: str, grows: bool) -> None:
        code = self.fault(kind, name, grows)
        if code is not None:
            self.failed += 1
            raise DiskError(code)

    def _ask(self, kind: Kind, name: str) -> None:
        """Count a change, and end everything in the middle of it when its number is up."""
        self.asked += 1
        if self.end_at is not None and self.asked >= self.end_at and name.endswith(self.end_on) and not self.ended:
            self.ended = kind, name
            self.ending()
            raise DiskError(IOERR)

    def _sync_folder(self) -> None:
        self._safe_names = dict(self.files)
        self._name_changes.clear()

    # -- what happens to processes and disks

    def kill(self, process: str | None = None) -> None:
        """End a process, or all: its handles are dead, its locks are free, what it wrote is there."""
        with self.guard:
            for handle in list(self.handles):
                if process in (None, handle.process):
                    handle.alive = False
                    self.close(handle)

    def cut_power(self) -> None:
        """End all processes and lose what is not safe: all, nothing, or a random part, of each file by itself."""
        with self.guard:
            self.kill()
            names = dict(self._safe_names)
            for name in dict.fromkeys(name for name, _ in self._name_changes):
                history = [self._safe_names.get(name), *(f for n, f in self._name_changes if n == name)]
                chosen = self.dice.choice([history[0], history[-1], self.dice.choice(history)])
                names.pop(name, None)
                if chosen is not None:
                    names[name] = chosen
            self.files = names
            self._sync_folder()
            for name in sorted(names):
                names[name].lose_power(self.dice, self.dice.choice([0.0, 1.0, 0.5, 0.97, self.dice.random()]))

    def start(self) -> None:
        """Let new processes open the files as they were left."""
        self.ended, self.end_at, self.fault = None, None, fine

"""Puts the simulated disk under the very SQLite that Python's `sqlite3` is linked with.

SQLite reaches files through a table of functions (https://sqlite.org/vfs.html). Ours is registered as the default one,
so the store runs on it as it is, by `sqlite3.connect(path)`. A folder that a disk is mounted at is served by that disk;
any other path goes to the system's own functions.
"""

from __future__ import annotations

import _sqlite3
import contextlib
import ctypes
import sys
from collections.abc import Callable, Iterator
from ctypes import POINTER, c_int
from functools import wraps
from pathlib import Path
from typing import Any

from tests.power.disk import IOERR, Disk, DiskError, Handle
from tests.power.tables import Access, Barrier, Close, Delete, Methods, Open, Vfs

OK, BUSY, NOTFOUND = 0, 5, 12
SHORT_READ, DELETE_MISSING = IOERR | (2 << 8), IOERR | (23 << 8)
OPEN_CREATE, OPEN_MAIN_DB = 0x4, 0x100
#: Who may create files of these kinds (journals, logs) syncs the folder along with the first sync.
OPEN_WITH_FOLDER = 0x800 | 0x4000 | 0x80000
SHM_UNLOCK, SHM_EXCLUSIVE = 1, 8
#: What SQLite takes for granted of any disk under Linux: a write harms no byte beside it.
POWERSAFE_OVERWRITE = 0x1000

#: Folders that a disk is mounted at. A process is told from others by the folder through which it sees the disk.
_mounts: dict[str, Disk] = {}
#: Open files by the address of SQLite's structure.
_open: dict[int, tuple[Disk, Handle]] = {}
#: What broke in our own code, to be raised where Python can raise.
_broken: list[BaseException] = []


def _answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what a function raises into SQLite's error codes; None is OK."""

    @wraps(function)
    def answer(*arguments: Any) -> int:
        try:
            return function(*arguments) or OK
        except DiskError as error:
            return error.code
        except BaseException as error:
            _broken.append(error)
            return IOERR

    return answer


def _of_file(function: Callable[..., Any]) -> Callable[..., Any]:
    """Find the file of an address; one thread at a time is at a disk."""

    @wraps(function)
    def called(at: int, *arguments: Any) -> Any:
        disk, handle = _open[at]
        with disk.guard:
            return function(disk, handle, *arguments)

    return called


def _place(name: int | None) -> tuple[Disk, str, str] | None:
    """Return the disk that serves a path, the process that asks, and the file's name on the disk."""
    if name is None:
        return None
    folder, _, file = ctypes.string_at(name).decode().rpartition("/")
    return (_mounts[folder], folder, file) if folder in _mounts else None


def _close(at: int) -> None:
    disk, handle = _open.pop(at)
    disk.close(handle)


class _Files:
    """The functions of an open file."""

    @staticmethod
    def read(disk: Disk, handle: Handle, buffer: int, amount: int, offset: int) -> int:
        if not handle.alive:
            return IOERR
        data = bytes(handle.file.data[offset : offset + amount])
        ctypes.memmove(buffer, data.ljust(amount, b"\0"), amount)
        return OK if len(data) == amount else SHORT_READ

    @staticmethod
    def write(disk: Disk, handle: Handle, buffer: int, amount: int, offset: int) -> None:
        disk.write(handle, offset, ctypes.string_at(buffer, amount))

    @staticmethod
    def truncate(disk: Disk, handle: Handle, size: int) -> None:
        disk.truncate(handle, size)

    @staticmethod
    def sync(disk: Disk, handle: Handle, flags: int) -> None:
        disk.sync(handle)

    @staticmethod
    def size(disk: Disk, handle: Handle, size: Any) -> int:
        size[0] = len(handle.file.data)
        return OK if handle.alive else IOERR

    @staticmethod
    def lock(disk: Disk, handle: Handle, level: int) -> int:
        if not handle.alive:
            return IOERR
        return OK if handle.file.locks.lock(handle, level) else BUSY

    @staticmethod
    def unlock(disk: Disk, handle: Handle, level: int) -> None:
        handle.file.locks.unlock(handle, level)

    @staticmethod
    def reserved(disk: Disk, handle: Handle, answer: Any) -> None:
        answer[0] = int(handle.file.locks.reserved())

    @staticmethod
    def control(disk: Disk, handle: Handle, operation: int, argument: int) -> int:
        return NOTFOUND

    @staticmethod
    def sector(disk: Disk, handle: Handle) -> int:
        return 4096

    @staticmethod
    def traits(disk: Disk, handle: Handle) -> int:
        return POWERSAFE_OVERWRITE

    @staticmethod
    def shm_map(disk: Disk, handle: Handle, number: int, size: int, extend: int, answer: Any) -> int:
        if not handle.alive:
            return IOERR
        answer[0] = handle.memory.map(handle, number, size, bool(extend))
        return OK

    @staticmethod
    def shm_lock(disk: Disk, handle: Handle, first: int, count: int, flags: int) -> int:
        bits = ((1 << count) - 1) << first
        if flags & SHM_UNLOCK:
            handle.memory.unlock(handle, bits)
            return OK
        if not handle.alive:
            return IOERR
        return OK if handle.memory.lock(handle, bits, bool(flags & SHM_EXCLUSIVE)) else BUSY

    @staticmethod
    def shm_unmap(disk: Disk, handle: Handle, delete: int) -> None:
        disk.unmap(handle)


def _linked() -> ctypes.CDLL:
    """Return what finds the library that Python's module is linked with; some Pythons have both built in."""
    return ctypes.CDLL(getattr(_sqlite3, "__file__", None))


class _Library:
    """The SQLite of this process, with our table of functions beside its own; nothing of it may ever be freed."""

    def __init__(self) -> None:
        self._sqlite = _linked()
        self._sqlite.sqlite3_vfs_find.restype = POINTER(Vfs)
        self._system = self._sqlite.sqlite3_vfs_find(None)
        self._methods = Methods(2)
        for name, kind in Methods._fields_[1:]:  # type: ignore[misc]
            if hasattr(_Files, name):
                setattr(self._methods, name, kind(_answering(_of_file(getattr(_Files, name)))))
        self._methods.close = Close(_answering(_close))
        self._methods.shm_barrier = Barrier(lambda at: None)  # one lock makes all memory one
        self._vfs = Vfs()
        ctypes.pointer(self._vfs)[0] = self._system.contents
        self._vfs.version = 2
        self._vfs.name = b"ferryman-power"
        self._vfs.open = Open(_answering(self._open_file))
        self._vfs.delete = Delete(_answering(self._delete))
        self._vfs.access = Access(_answering(self._access))

    def register(self) -> None:
        self._sqlite.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)

    def unregister(self) -> None:
        self._sqlite.sqlite3_vfs_unregister(ctypes.byref(self._vfs))

    def _open_file(self, vfs: int, name: int | None, file: Any, flags: int, answer: int | None) -> int:
        place = _place(name)
        if place is None:
            return int(self._system.contents.open(ctypes.addressof(self._system.contents), name, file, flags, answer))
        file.contents.methods = POINTER(Methods)()  # SQLite closes a file that failed to open if this is set
        disk, process, called = place
        create = bool(flags & OPEN_CREATE)
        handle = disk.open(called, process, create=create, syncs_folder=create and bool(flags & OPEN_WITH_FOLDER))
        _open[ctypes.addressof(file.contents)] = disk, handle
        file.contents.methods = ctypes.pointer(self._methods)
        if answer:
            c_int.from_address(answer).value = flags
        return OK

    def _delete(self, vfs: int, name: int, sync_folder: int) -> int:
        place = _place(name)
        if place is None:
            return int(self._system.contents.delete(ctypes.addressof(self._system.contents), name, sync_folder))
        return OK if place[0].delete(place[2], bool(sync_folder)) else DELETE_MISSING

    def _access(self, vfs: int, name: int, flags: int, answer: Any) -> int:
        place = _place(name)
        if place is None:
            return int(self._system.contents.access(ctypes.addressof(self._system.contents), name, flags, answer))
        answer[0] = int(place[2] in place[0].files)
        return OK


_library: _Library | None = None


def unavailable() -> str:
    """Say why no disk can be put under this Python's SQLite; empty when one can."""
    if sys.platform == "win32":
        return "this was only tried on Unix"
    if not hasattr(_linked(), "sqlite3_vfs_register"):
        return "this Python's sqlite3 hides the library that it is linked with"
    return ""


@contextlib.contextmanager
def mounted(disk: Disk, *folders: Path) -> Iterator[None]:
    """Serve these folders, each the view of one process, by `disk`; what broke in the disk's own code is raised."""
    global _library  # made once a process, since SQLite keeps its address
    _library = _library or _Library()
    _library.register()
    _mounts.update({str(folder): disk for folder in folders})
    try:
        yield
    finally:
        for folder in folders:
            del _mounts[str(folder)]
        if not _mounts:
            _library.unregister()
        broken = _broken.copy()
        _broken.clear()
    if broken:
        raise broken[0]

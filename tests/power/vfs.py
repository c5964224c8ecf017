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
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from functools import wraps
from pathlib import Path
from typing import Any

from tests.power.disk import IOERR, Disk, DiskError, Handle

OK, BUSY, NOTFOUND = 0, 5, 12
SHORT_READ, DELETE_MISSING = IOERR | (2 << 8), IOERR | (23 << 8)
OPEN_CREATE, OPEN_MAIN_DB = 0x4, 0x100
#: Who may create files of these kinds (journals, logs) syncs the folder along with the first sync.
OPEN_WITH_FOLDER = 0x800 | 0x4000 | 0x80000
SHM_UNLOCK, SHM_EXCLUSIVE = 1, 8
#: What SQLite takes for granted of any disk under Linux: a write harms no byte beside it.
POWERSAFE_OVERWRITE = 0x1000

_int_p, _int64_p, _void_pp = POINTER(c_int), POINTER(c_int64), POINTER(c_void_p)

_Barrier = CFUNCTYPE(None, c_void_p)


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, version 2: with shared memory, without memory-mapped files."""

    _fields_ = [
        ("version", c_int),
        ("close", CFUNCTYPE(c_int, c_void_p)),
        ("read", CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)),
        ("write", CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)),
        ("truncate", CFUNCTYPE(c_int, c_void_p, c_int64)),
        ("sync", CFUNCTYPE(c_int, c_void_p, c_int)),
        ("size", CFUNCTYPE(c_int, c_void_p, _int64_p)),
        ("lock", CFUNCTYPE(c_int, c_void_p, c_int)),
        ("unlock", CFUNCTYPE(c_int, c_void_p, c_int)),
        ("reserved", CFUNCTYPE(c_int, c_void_p, _int_p)),
        ("control", CFUNCTYPE(c_int, c_void_p, c_int, c_void_p)),
        ("sector", CFUNCTYPE(c_int, c_void_p)),
        ("traits", CFUNCTYPE(c_int, c_void_p)),
        ("shm_map", CFUNCTYPE(c_int, c_void_p, c_int, c_int, c_int, _void_pp)),
        ("shm_lock", CFUNCTYPE(c_int, c_void_p, c_int, c_int, c_int)),
        ("shm_barrier", _Barrier),
        ("shm_unmap", CFUNCTYPE(c_int, c_void_p, c_int)),
    ]


class _SqliteFile(ctypes.Structure):
    """sqlite3_file: its address is the key to our handle."""

    _fields_ = [("methods", POINTER(_Methods))]


class _Vfs(ctypes.Structure):
    """sqlite3_vfs, version 2."""


_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(_SqliteFile), c_int, c_void_p)
_Delete = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_Access = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, _int_p)
_Vfs._fields_ = [
    ("version", c_int),
    ("file_size", c_int),
    ("longest_path", c_int),
    ("next", c_void_p),
    ("name", c_char_p),
    ("data", c_void_p),
    ("open", _Open),
    ("delete", _Delete),
    ("access", _Access),
    ("full_path", CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, c_char_p)),
    # Libraries, chance, sleep, time and the last error stay the system's.
    *((name, c_void_p) for name in "dl_open dl_error dl_sym dl_close chance sleep time error time64".split()),
]

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


def _place(name: int | None) -> tuple[Disk, str, str] | None:
    """Return the disk that serves a path, the process that asks, and the file's name on the disk."""
    if name is None:
        return None
    folder, _, file = ctypes.string_at(name).decode().rpartition("/")
    return (_mounts[folder], folder, file) if folder in _mounts else None


class _Files:
    """The functions of an open file."""

    @staticmethod
    def close(at: int) -> None:
        disk, handle = _open.pop(at)
        disk.close(handle)

    @staticmethod
    def read(at: int, buffer: int, amount: int, offset: int) -> int:
        _, handle = _open[at]
        if not handle.alive:
            return IOERR
        data = bytes(handle.file.data[offset : offset + amount])
        if len(data) == amount:
            ctypes.memmove(buffer, data, amount)
            return OK
        ctypes.memmove(buffer, data.ljust(amount, b"\0"), amount)
        return SHORT_READ

    @staticmethod
    def write(at: int, buffer: int, amount: int, offset: int) -> None:
        disk, handle = _open[at]
        disk.write(handle, offset, ctypes.string_at(buffer, amount))

    @staticmethod
    def truncate(at: int, size: int) -> None:
        disk, handle = _open[at]
        disk.truncate(handle, size)

    @staticmethod
    def sync(at: int, flags: int) -> None:
        disk, handle = _open[at]
        disk.sync(handle)

    @staticmethod
    def size(at: int, size: Any) -> int:
        _, handle = _open[at]
        size[0] = len(handle.file.data)
        return OK if handle.alive else IOERR

    @staticmethod
    def lock(at: int, level: int) -> int:
        _, handle = _open[at]
        if not handle.alive:
            return IOERR
        return OK if handle.file.locks.lock(handle, level) else BUSY

    @staticmethod
    def unlock(at: int, level: int) -> None:
        _, handle = _open[at]
        handle.file.locks.unlock(handle, level)

    @staticmethod
    def reserved(at: int, answer: Any) -> None:
        answer[0] = int(_open[at][1].file.locks.reserved())

    @staticmethod
    def control(at: int, operation: int, argument: int) -> int:
        return NOTFOUND

    @staticmethod
    def sector(at: int) -> int:
        return 4096

    @staticmethod
    def traits(at: int) -> int:
        return POWERSAFE_OVERWRITE

    @staticmethod
    def shm_map(at: int, number: int, size: int, extend: int, answer: Any) -> int:
        _, handle = _open[at]
        if not handle.alive:
            return IOERR
        answer[0] = handle.memory.map(handle, number, size, bool(extend))
        return OK

    @staticmethod
    def shm_lock(at: int, first: int, count: int, flags: int) -> int:
        _, handle = _open[at]
        bits = ((1 << count) - 1) << first
        if flags & SHM_UNLOCK:
            handle.memory.unlock(handle, bits)
            return OK
        if not handle.alive:
            return IOERR
        return OK if handle.memory.lock(handle, bits, bool(flags & SHM_EXCLUSIVE)) else BUSY

    @staticmethod
    def shm_barrier(at: int) -> None:
        return None

    @staticmethod
    def shm_unmap(at: int, delete: int) -> None:
        disk, handle = _open[at]
        disk.unmap(handle)


class _Library:
    """The SQLite of this process, with our table of functions beside its own; nothing of it may ever be freed."""

    def __init__(self) -> None:
        self._sqlite = ctypes.CDLL(_sqlite3.__file__)  # finds the library that this module is linked with
        self._sqlite.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self._system = self._sqlite.sqlite3_vfs_find(None)
        self._methods = _Methods(2)
        for name, kind in _Methods._fields_[1:]:  # type: ignore[misc]
            setattr(self._methods, name, kind(_answering(getattr(_Files, name))))
        self._methods.shm_barrier = _Barrier(_Files.shm_barrier)
        self._vfs = _Vfs()
        ctypes.pointer(self._vfs)[0] = self._system.contents
        self._vfs.version = 2
        self._vfs.name = b"ferryman-power"
        self._vfs.open = _Open(_answering(self._open_file))
        self._vfs.delete = _Delete(_answering(self._delete))
        self._vfs.access = _Access(_answering(self._access))

    def register(self) -> None:
        self._sqlite.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)

    def unregister(self) -> None:
        self._sqlite.sqlite3_vfs_unregister(ctypes.byref(self._vfs))

    def _open_file(self, vfs: int, name: int | None, file: Any, flags: int, answer: int | None) -> int:
        place = _place(name)
        if place is None:
            return int(self._system.contents.open(ctypes.addressof(self._system.contents), name, file, flags, answer))
        file.contents.methods = POINTER(_Methods)()  # SQLite closes a file that failed to open if this is set
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
        return "the functions of files that are not simulated are the system's, which this was only tried with on Unix"
    if not hasattr(ctypes.CDLL(_sqlite3.__file__), "sqlite3_vfs_register"):
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
    if _broken:
        raise _broken.pop()

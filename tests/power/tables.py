"""The tables of functions by which SQLite reaches files, as C declares them (https://sqlite.org/vfs.html)."""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p

_int_p, _int64_p, _void_pp = POINTER(c_int), POINTER(c_int64), POINTER(c_void_p)

Close = CFUNCTYPE(c_int, c_void_p)
Barrier = CFUNCTYPE(None, c_void_p)


class Methods(ctypes.Structure):
    """sqlite3_io_methods, version 2: with shared memory, without memory-mapped files."""

    _fields_ = [
        ("version", c_int),
        ("close", Close),
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
        ("shm_barrier", Barrier),
        ("shm_unmap", CFUNCTYPE(c_int, c_void_p, c_int)),
    ]


class SqliteFile(ctypes.Structure):
    """sqlite3_file: its address is the key to our handle."""

    _fields_ = [("methods", POINTER(Methods))]


class Vfs(ctypes.Structure):
    """sqlite3_vfs, version 2."""


Open = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(SqliteFile), c_int, c_void_p)
Delete = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
Access = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, _int_p)
Vfs._fields_ = [
    ("version", c_int),
    ("file_size", c_int),
    ("longest_path", c_int),
    ("next", c_void_p),
    ("name", c_char_p),
    ("data", c_void_p),
    ("open", Open),
    ("delete", Delete),
    ("access", Access),
    ("full_path", CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, c_char_p)),
    # Libraries, chance, sleep, time and the last error stay the system's.
    *((name, c_void_p) for name in "dl_open dl_error dl_sym dl_close chance sleep time error time64".split()),
]

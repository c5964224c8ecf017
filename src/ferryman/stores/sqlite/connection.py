"""Opening the file: pragmas, the checks that save a person an evening, and errors in Ferryman's words."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ferryman.domain.errors import StoreError, StoreIncompatible, StoreMisconfigured, StoreUnavailable
from ferryman.store.error_text import says

#: JSON operators and RETURNING, both needed, are there from this version on.
OLDEST_SQLITE = (3, 38, 0)
#: How long a call waits for another process that holds the file, in seconds.
PATIENCE = 5.0
#: Pages in the write-ahead log before it is folded into the file: 16 MiB, so that a burst is not held up by it.
CHECKPOINT_PAGES = 4_000
LARGEST_LOG = 64 * 1024 * 1024

_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "fuse.sshfs"})
_PERMANENT = {
    sqlite3.SQLITE_NOTADB: "is no SQLite database; choose another file",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup, or salvage it with: sqlite3 FILE .recover",
    sqlite3.SQLITE_READONLY: "cannot be written; check the permissions of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_PERM: "may not be accessed; check its permissions",
    sqlite3.SQLITE_AUTH: "may not be accessed; check its permissions",
}
_NO_TEXT = "Could not decode to UTF-8"
_PASSING = {
    sqlite3.SQLITE_BUSY: (
        f"has been locked by another process for {PATIENCE:g} s; find it (fuser FILE) and resume or stop it"
    ),
    sqlite3.SQLITE_LOCKED: "is locked",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; make room and the call will succeed",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error; see the system log (dmesg)",
    sqlite3.SQLITE_NOMEM: "ran out of memory",
    sqlite3.SQLITE_INTERRUPT: "was interrupted",
}


def translate(error: sqlite3.Error, path: Path) -> StoreError:
    """Say in our words, naming the file, what SQLite said."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if str(error).startswith(_NO_TEXT):  # Python's own, without a code; and what follows is the text
        return StoreMisconfigured(f"the store {path} {_PERMANENT[sqlite3.SQLITE_CORRUPT]} ({_NO_TEXT})")
    if code in _PERMANENT:
        return StoreMisconfigured(f"the store {path} {_PERMANENT[code]} ({error})")
    if code in _PASSING:
        return StoreUnavailable(f"the store {path} {_PASSING[code]} ({error})")
    if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
        return StoreUnavailable(f"the store {path} is closed ({error})")
    return StoreUnavailable(f"the store {path} failed: {error}")


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error
    except UnicodeDecodeError as error:  # SQLite quotes a damaged schema in its message, which Python then cannot read
        raise translate(sqlite3.DatabaseError(_NO_TEXT), path) from error


def check_place(path: Path) -> None:
    """Raise `StoreMisconfigured` for a place where a shared SQLite file cannot live safely."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise StoreMisconfigured(f"SQLite {sqlite3.sqlite_version} is too old: {needed} or later is needed")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise StoreMisconfigured(f"the folder {folder} of the store does not exist: create it, or change the URL")
    if path.is_dir():
        raise StoreMisconfigured(f"the store {path} is a folder: name a file in it, such as {path}/ferryman.db")
    kind = file_system(folder)
    if kind in _NETWORK_FILE_SYSTEMS:
        raise StoreMisconfigured(
            f"{folder} is on a network file system ({kind}), where SQLite loses data: use a local disk, or Redis"
        )
    if not os.access(folder, os.W_OK):
        raise StoreMisconfigured(
            f"the folder {folder} of the store cannot be written: change its permissions or the URL"
        )


def file_system(folder: Path) -> str:
    """Return the type of the file system that holds a folder; empty where the system does not tell (not Linux)."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for fields in (line.split() for line in mounts):
        point = fields[1].replace("\\040", " ")
        if len(point) >= len(best) and folder.is_relative_to(point):
            best, kind = point, fields[2]
    return kind


def connect(path: Path, synchronous: str) -> sqlite3.Connection:
    """Open the file for one thread at a time; raises `sqlite3.Error`."""
    connection = sqlite3.connect(
        path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    try:
        # Needs the write lock only when the file is new: whoever comes second finds it done.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {LARGEST_LOG}")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -16000")
        connection.create_function("error_says", 2, _error_says, deterministic=True)
    except BaseException:
        connection.close()
        raise
    return connection


def _error_says(error: str | None, text: str) -> bool:
    """What matching.sql asks of errors."""
    return error is not None and says(error, text)


def identity(path: Path) -> list[tuple[int, int] | None]:
    """Return what tells the file and its log from others that take their names; None for one that is not there."""
    found: list[tuple[int, int] | None] = []
    if os.name == "nt":  # which deletes no file that is open, and has file systems that number files anew
        return found
    for name in (path, f"{path}-wal"):
        try:
            status = os.stat(name)
        except OSError:
            found.append(None)
        else:
            found.append((status.st_dev, status.st_ino))
    return found


def incompatible(path: Path, detail: str) -> StoreIncompatible:
    """Make the error for a file that this version must not touch."""
    return StoreIncompatible(f"the store {path} {detail}")

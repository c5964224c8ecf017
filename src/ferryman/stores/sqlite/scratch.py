"""A file of its own in the folder of another, for measuring: on the same disk, and easy to delete as a whole."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
from pathlib import Path
from statistics import median

from ferryman.domain.errors import StoreMisconfigured, StoreUnavailable
from ferryman.ports import SYSTEM
from ferryman.store.scratch import Spent
from ferryman.stores.sqlite.connection import check_place, file_system

#: How often the disk is asked how long a sync takes, and how much is written before each: a page of SQLite.
_SYNCS, _PAGE = 40, 4_096
_IN_MEMORY = ("tmpfs", "ramfs")


class SqliteScratch:
    """The `Scratch` of `store/scratch.py`: a folder with a file in it."""

    local = True

    def __init__(self, beside: Path, name: str) -> None:
        self._beside = beside.absolute()
        self._folder = self._beside.parent / f".ferryman-bench-{name}"
        self._file = self._folder / "jobs.db"

    @property
    def url(self) -> str:
        """The URL of the file."""
        return f"sqlite:///{self._file}"

    @property
    def shown(self) -> str:
        """The folder."""
        return f"the folder {self._folder}"

    @property
    def remark(self) -> str:
        """Say so when the file is not on a disk."""
        kind = file_system(self._beside.parent)
        return f"{self._beside.parent} is in memory ({kind}), where a sync costs nothing" if kind in _IN_MEMORY else ""

    def make(self) -> None:
        """Make the folder."""
        check_place(self._beside)
        try:
            self._folder.mkdir()
        except OSError as error:
            raise StoreMisconfigured(f"no folder can be made at {self._folder}: {error}") from error

    async def has_neighbour(self) -> bool:
        """Whether the file that was named is there."""
        return self._beside.is_file()

    async def free(self) -> int:
        """Return the free bytes of the disk."""
        return shutil.disk_usage(self._folder).free

    async def used(self) -> int:
        """Return the size of the pages in use, wherever they are between the log and the file."""
        with contextlib.closing(sqlite3.connect(self._file)) as connection:
            [[pages], [free], [size]] = [
                connection.execute(f"PRAGMA {name}").fetchone()
                for name in ("page_count", "freelist_count", "page_size")
            ]
        return int((pages - free) * size)

    async def spent(self) -> Spent | None:
        """There is no server."""
        return None

    async def step(self) -> float:
        """Return the median time of writing a page and syncing it to the disk."""
        try:
            return await asyncio.to_thread(self._sync_time)
        except OSError as error:
            raise StoreUnavailable(f"the disk of {self._folder} cannot be written: {error}") from error

    def _sync_time(self) -> float:
        path, times = self._folder / "sync", []
        with path.open("wb", buffering=0) as file:
            for _ in range(_SYNCS):
                began = SYSTEM.monotonic()
                file.write(bytes(_PAGE))
                os.fsync(file.fileno())
                times.append(SYSTEM.monotonic() - began)
        path.unlink()
        return median(times)

    async def clear(self) -> None:
        """Delete the folder."""
        try:
            shutil.rmtree(self._folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise StoreUnavailable(f"{self.shown} could not be deleted: {error}") from error

"""The simulated disk itself: what a cut of the power may take, and what not."""

from __future__ import annotations

import random

from tests.power.disk import SECTOR, Disk, Handle

OLD, NEW = b"o" * SECTOR * 8, b"n" * SECTOR * 8


def cut(number: int, *, sync: bool) -> tuple[Disk, bytes]:
    """Write over a file that is safe, perhaps sync, and cut the power; return what the file holds then."""
    disk = Disk(random.Random(number))
    handle = made(disk, "a-wal")
    disk.write(handle, 0, OLD)
    disk.sync(handle)
    disk.write(handle, 0, NEW)
    if sync:
        disk.sync(handle)
    disk.cut_power()
    return disk, bytes(disk.files["a-wal"].data)


def made(disk: Disk, name: str) -> Handle:
    return disk.open(name, "process", create=True, syncs_folder=True)


def test_what_was_synced_is_there() -> None:
    assert {cut(number, sync=True)[1] for number in range(50)} == {NEW}


def test_what_was_only_written_is_there_or_not_sector_by_sector_and_torn() -> None:
    left = {cut(number, sync=False)[1] for number in range(200)}
    assert {OLD, NEW} < left
    sectors = {data[start : start + SECTOR] for data in left for start in range(0, len(data), SECTOR)}
    assert {OLD[:SECTOR], NEW[:SECTOR]} < sectors, "a sector is torn now and then"
    assert all(sector == b"n" * sector.count(b"n") + b"o" * sector.count(b"o") for sector in sectors)


def test_a_kill_loses_nothing_and_the_dead_write_no_more() -> None:
    disk = Disk(random.Random(0))
    handle = made(disk, "a")
    disk.write(handle, 0, NEW)
    disk.kill()
    assert bytes(disk.files["a"].data) == NEW
    assert not handle.alive
    assert not disk.handles


def test_a_new_name_is_safe_once_its_folder_was_synced() -> None:
    survived = set()
    for number in range(50):
        disk = Disk(random.Random(number))
        made(disk, "unsynced")
        disk.cut_power()
        survived.add("unsynced" in disk.files)
        disk.sync(made(disk, "synced"))
        disk.cut_power()
        assert "synced" in disk.files
    assert survived == {True, False}

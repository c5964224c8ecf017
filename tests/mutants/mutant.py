"""A mutant: one named fault, planted in a copy of the source by replacing text; the table of them is in faults/."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FAULTS = Path(__file__).parent / "faults"


class DoesNotApply(Exception):
    """The text to replace is not in the source, or more than once: the source went on, and the table must follow."""


@dataclass(frozen=True, slots=True)
class Edit:
    """In `file`, a path under src/ferryman, `old` gives way to `new`."""

    file: str
    old: str
    new: str

    def apply(self, text: str) -> str:
        """Return the text with the fault in it."""
        times = text.count(self.old)
        if times != 1:
            raise DoesNotApply(f"{self.file} has this {times} times, not once:\n{self.old}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planting of a fault.

    `name` is "fault/place", as in "finish-unfenced/sqlite". `why` says whose bug it is and what it costs. Each of
    `killed_by` is a path under tests/ for pytest, or the words of a command, as in "simulation --store sqlite". With
    `hangs` a run that does not end has noticed the fault; without, nobody knows what it noticed.
    """

    name: str
    why: str
    edits: tuple[Edit, ...]
    killed_by: tuple[str, ...]
    stores: str
    hangs: bool

    def mutated(self, source: Path) -> dict[str, str]:
        """Return the text of each file that changes, by its path under `source` (a src/ferryman)."""
        texts: dict[str, str] = {}
        for edit in self.edits:
            text = texts.get(edit.file) or (source / edit.file).read_text("utf-8")
            texts[edit.file] = edit.apply(text)
        return texts


def load() -> list[Mutant]:
    """Return all mutants, in the order of the table."""
    return [mutant for path in sorted(FAULTS.glob("*.toml")) for mutant in _read(path)]


def _read(path: Path) -> Iterator[Mutant]:
    for fault, said in tomllib.loads(path.read_text("utf-8")).items():
        for place, planted in said.items():
            if isinstance(planted, dict):
                yield _mutant(f"{fault}/{place}", said, planted)


def _mutant(name: str, fault: dict[str, Any], planted: dict[str, Any]) -> Mutant:
    edits = tuple(Edit(one["file"], one["old"], one["new"]) for one in [planted, *planted.get("also", [])])
    killed_by = tuple(planted.get("killed_by") or fault["killed_by"])
    stores = planted.get("stores") or fault.get("stores") or _stores_of(edits)
    hangs = bool(planted.get("hangs") or fault.get("hangs"))
    return Mutant(name, fault["why"], edits, killed_by, stores, hangs)


def _stores_of(edits: tuple[Edit, ...]) -> str:
    """Return the stores whose tests can notice."""
    files = [edit.file for edit in edits]
    if all(file.startswith("stores/sqlite/") for file in files):
        return "sqlite"
    if all(file.startswith("stores/redis/") for file in files):
        return "redis-7.0"
    return "sqlite,redis-7.0"

"""Time and chance come in by `ferryman/ports.py` only: what else asks the system for them cannot be simulated."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT

SOURCE = ROOT / "src" / "ferryman"
#: What stands outside of the simulation: the command line, the demo, what measures real time, and the door itself.
OUTSIDE = {SOURCE / "bench", SOURCE / "cli", SOURCE / "demo", SOURCE / "ports.py"}
MODULES = {"time", "random", "secrets", "uuid"}
CALLS = {"os.urandom", "os.getrandom", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
FILES = [path for path in sorted(SOURCE.rglob("*.py")) if not OUTSIDE & {path, *path.parents}]


def asked(source: str) -> list[str]:
    """Return what a module asks the system for by itself, each with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [f"{node.lineno}: import {name.name}" for name in node.names if name.name in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            found.append(f"{node.lineno}: from {node.module} import")
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in CALLS:
            found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_time_and_chance_come_in_by_their_door(path: Path) -> None:
    assert asked(path.read_text()) == [], "take it from the actor's Ports, or from ports.SYSTEM where there is no actor"


@pytest.mark.parametrize(
    "line",
    ["import time", "from random import choice", "x = os.urandom(3)", "y = datetime.now(UTC)", "import uuid as u"],
)
def test_what_goes_round_the_door_is_seen(line: str) -> None:
    assert asked(line)

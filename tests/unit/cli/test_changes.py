"""A change counts when it is to the user's own Python code."""

from __future__ import annotations

from pathlib import Path

import pytest

from ferryman.cli.changes import is_source

HERE = Path("/home/ada/.projects/venv/shop")


@pytest.mark.parametrize("path", ["tasks.py", "app/tasks.py", "build/tasks.py", "app/.hidden.py"])
def test_their_code_counts(path: str) -> None:
    assert is_source(HERE / path, HERE)


@pytest.mark.parametrize(
    "path",
    [
        "ferryman.db",
        "ferryman.db-wal",
        "outbox/a.eml",
        "app/tasks.pyc",
        ".venv/lib/x.py",
        "venv/lib/x.py",
        "node_modules/x.py",
        ".git/x.py",
        "../other/x.py",
    ],
)
def test_nothing_else_does(path: str) -> None:
    assert not is_source((HERE / path), HERE) or ".." in path


def test_a_place_outside_does_not_count() -> None:
    assert not is_source(Path("/home/ada/other/x.py"), HERE)

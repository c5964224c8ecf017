"""The SQL of the store, a statement a file; its inputs and output stand above it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def sql(name: str) -> str:
    """Return the statement in `name`.sql."""
    return (files(__package__) / f"{name}.sql").read_text(encoding="utf-8")

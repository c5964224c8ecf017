"""Notices when somebody saves Python code in a folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

#: Folders whose code is not the user's own; hidden ones (.venv, .git) never count.
_NOT_OURS = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})


def is_source(path: Path, folder: Path) -> bool:
    """Whether a path below `folder` is code to react to."""
    if path.suffix != ".py" or not path.is_relative_to(folder):
        return False
    above = path.relative_to(folder).parts[:-1]
    return not any(part.startswith(".") or part in _NOT_OURS for part in above)


async def python_changes(folder: Path) -> AsyncIterator[str]:
    """Yield the name of a changed Python file below an absolute folder, one for each burst of changes."""
    from watchfiles import awatch  # only where changes are wanted

    async for found in awatch(folder, watch_filter=lambda _, path: is_source(Path(path), folder)):
        yield str(min(Path(path).relative_to(folder) for _, path in found))

"""Where the demo reads and writes files."""

from __future__ import annotations

import os
from pathlib import Path


def outbox() -> Path:
    """Return the folder for what the demo makes (FERRYMAN_OUTBOX, else ./outbox), made if need be."""
    folder = Path(os.environ.get("FERRYMAN_OUTBOX") or "outbox")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def local_file(source: str) -> Path:
    """Return a file below the working directory.

    Whoever may submit jobs says what is read here, so it is not any file of this machine: raises ValueError.
    """
    path = Path(source).resolve()
    if not path.is_relative_to(Path.cwd()):
        raise ValueError(f"{source!r} is outside the working directory of the worker, {Path.cwd()}")
    return path

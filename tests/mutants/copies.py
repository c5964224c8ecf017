"""Copies of the repository in a temporary folder: one that is right, and one for each mutant."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.mutants.mutant import Mutant

ROOT = Path(__file__).resolve().parents[2]
_NEEDED = ("src", "tests", "pyproject.toml")


def copy_right(folder: Path) -> Path:
    """Copy what is needed to run tests; whatever is edited in the repository from now on does not matter."""
    folder.mkdir()
    for name in _NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, folder / name)
    return folder


def copy_mutated(right: Path, folder: Path, mutant: Mutant) -> Path:
    """Copy the right copy with what Python compiled there, and plant the fault."""
    # A test run may end its own temporary files at any moment.
    shutil.copytree(right, folder, ignore=shutil.ignore_patterns(".hypothesis"))
    source = folder / "src" / "ferryman"
    for name, text in mutant.mutated(source).items():
        path = source / name
        # Python tells compiled files by size and second: of this one none may be left.
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()
        path.write_text(text, "utf-8")
    return folder


def environment(folder: Path, stores: str, report: Path, compiling: bool) -> dict[str, str]:
    """Return the environment in which Python imports from a copy, also in child processes."""
    said = {
        "PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder)]),
        "STORES": stores,
        "MUTANTS_COPY": str(folder),
        "MUTANTS_REPORT": str(report),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
    return kept | said | ({} if compiling else {"PYTHONDONTWRITEBYTECODE": "1"})

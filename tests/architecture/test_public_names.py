"""What `ferryman` offers is a list that a person can read, and importing it costs no web framework."""

import subprocess
import sys

import ferryman

# `import ferryman` is what a task's module does; only a service that says `ferryman.api` pays for FastAPI.
DOORS = {"fastapi", "starlette", "uvicorn", "typer", "rich", "ferryman.api", "ferryman.cli"}


def test_public_names_are_sorted_and_unique() -> None:
    assert ferryman.__all__ == sorted(set(ferryman.__all__))


def test_every_public_name_exists() -> None:
    assert [name for name in ferryman.__all__ if not hasattr(ferryman, name)] == []


def test_importing_ferryman_opens_no_door() -> None:
    # A fresh interpreter, since other tests of this process have imported everything.
    program = "import sys, ferryman; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert "ferryman" in loaded.splitlines()
    assert DOORS & set(loaded.splitlines()) == set()

"""Imports only go down the floors. import-linter judges, by the contracts in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT

MODULES = (
    "__init__ api cli dashboard bench app config client worker upkeep stores/__init__ stores/sqlite stores/redis"
    " store telemetry service domain"
).split()


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Judge the package `ferryman` in `folder` by the contracts of this repository."""
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--no-logo", "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An empty package with one module on every floor, in which to plant a fault."""
    for module in MODULES:
        path = tmp_path / "ferryman" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def test_our_imports_keep_every_contract() -> None:
    result = lint_imports(ROOT / "src")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_package_without_faults_passes(package: Path) -> None:
    result = lint_imports(package)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("store.py", "import ferryman.client", "Imports only go down"),
        ("client.py", "import ferryman.worker", "Imports only go down"),
        ("client.py", "import ferryman.stores.sqlite", "Imports only go down"),
        ("stores/sqlite.py", "import ferryman.client", "Imports only go down"),
        ("worker.py", "if TYPE_CHECKING: import ferryman.app", "Imports only go down"),
        ("domain.py", "def late() -> None: import ferryman.store", "Imports only go down"),
        ("utils.py", "", "Imports only go down"),
        ("api.py", "import ferryman.dashboard", "Imports only go down"),
        ("api.py", "import ferryman.stores", "Only the assembly picks a store"),
        ("stores/sqlite.py", "import ferryman.stores.redis", "One store does not know another"),
        ("domain.py", "import asyncio", "The domain is pure"),
    ],
)
def test_a_planted_fault_is_seen(package: Path, module: str, line: str, contract: str) -> None:
    (package / "ferryman" / module).write_text(f"from typing import TYPE_CHECKING\n{line}\n")
    result = lint_imports(package)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [row for row in result.stdout.splitlines() if "BROKEN" in row]
    assert any(row.startswith(contract) for row in broken), result.stdout + result.stderr

"""When the page is built, and when what is there will do."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.repository import ROOT

SOURCES = "package.json package-lock.json vite.config.ts tsconfig.json index.html src/main.tsx src/format.ts".split()


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build's hook, for sources and a built page of the test's own."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SOURCE", tmp_path / "dashboard")
    monkeypatch.setattr(module, "STATIC", tmp_path / "static")
    for name in SOURCES:
        (tmp_path / "dashboard" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "dashboard" / name).write_text(name)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / module.STAMP).write_text(module.checksum())
    return module


def test_what_was_built_from_these_sources_is_not_built_again(hook: ModuleType) -> None:
    assert hook.is_built()
    (hook.SOURCE / "src" / "format.test.ts").write_text("a test is not in the page")
    (hook.SOURCE / "src" / "schema.d.ts").write_text("nor are types")
    (hook.SOURCE / "node_modules").mkdir()
    assert hook.is_built()


@pytest.mark.parametrize("name", SOURCES)
def test_a_change_of_a_source_is_seen(hook: ModuleType, name: str) -> None:
    (hook.SOURCE / name).write_text("changed")
    assert not hook.is_built()


def test_a_new_and_a_renamed_source_are_seen(hook: ModuleType) -> None:
    (hook.SOURCE / "src" / "format.ts").rename(hook.SOURCE / "src" / "shape.ts")
    assert not hook.is_built()


def test_half_a_build_is_none(hook: ModuleType) -> None:
    (hook.STATIC / hook.STAMP).unlink()
    assert not hook.is_built()


@pytest.mark.parametrize(
    ("version", "will_do"), [("v20.20.2", False), ("v22.17.9", False), ("v22.18.0", True), ("v24.1.0", True)]
)
def test_only_a_node_that_is_new_enough_is_taken_from_the_path(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, will_do: bool
) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hook.node_on_path() is will_do
    (tmp_path / "npm").unlink()
    assert not hook.node_on_path()


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("built")
def test_a_source_archive_makes_the_package_without_node(tmp_path: Path) -> None:
    """It brings the built page along, so that nothing has to be fetched for it."""
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path), "-t"]
    subprocess.run([*build, "sdist"], cwd=ROOT, check=True, capture_output=True)
    [archive] = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    [source] = [path for path in tmp_path.iterdir() if path.is_dir()]
    subprocess.run([*build, "wheel"], cwd=source, check=True, capture_output=True, env={**os.environ, "PATH": ""})
    [wheel] = tmp_path.glob("*.whl")
    names = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", str(wheel)], check=True, capture_output=True, text=True
    )
    assert "ferryman/dashboard/static/index.html.gz" in names.stdout
    assert not (source / "dashboard" / "node_modules").exists()

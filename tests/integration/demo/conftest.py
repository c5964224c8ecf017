"""The folder a demo runs in, and the processes of a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.processes import Processes


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with no settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in ("FERRYMAN_APP", "FERRYMAN_URL", "FERRYMAN_SMTP_URL", "FERRYMAN_SMTP_FROM", "FERRYMAN_OUTBOX"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def processes(folder: Path) -> Iterator[Processes]:
    made = Processes(folder)
    yield made
    made.close()

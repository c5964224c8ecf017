"""What is told of a test process that died: how it ended, and where each of its threads was when it crashed."""

from __future__ import annotations

import faulthandler
import tempfile
from pathlib import Path
from typing import Any

import pytest


def _notes(run: str, worker: str) -> Path:
    return Path(tempfile.gettempdir()) / f"ferryman-tests-{run}-{worker}.txt"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have a test process write down where it crashes."""
    said = getattr(config, "workerinput", None)
    if said is not None:
        notes = _notes(said["testrunuid"], said["workerid"]).open("w")
        faulthandler.enable(notes)
        config.add_cleanup(notes.close)


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, report: Any, sched: object) -> None:
    """Add to the report how the process ended, and what it wrote down."""
    worker = report.node
    code = worker.gateway._io.popen.wait(10)
    notes = _notes(worker.workerinput["testrunuid"], worker.gateway.id)
    report.longrepr += f"\nit ended with {code}\n{notes.read_text()[:4_000]}"


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take away what it wrote down."""
    if error is None:
        _notes(node.workerinput["testrunuid"], node.gateway.id).unlink(missing_ok=True)

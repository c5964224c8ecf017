"""Sees that the copy is what is tested: an editable install stands on the path too.

A pytest plugin that also writes down the first failure; and `python -m tests.mutants.witness <module> <arguments>`,
which runs a command of the copy.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest


def check_copy() -> None:
    """Stop at once when Python finds another Ferryman, or other tests, than the copy's."""
    import ferryman
    from ferryman.domain import state

    copy = Path(os.environ["MUTANTS_COPY"])
    for path in (ferryman.__file__, state.__file__, __file__):
        if not Path(str(path)).is_relative_to(copy):
            raise pytest.UsageError(f"{path} is not in {copy}")


def pytest_configure() -> None:
    """Check before anything is collected."""
    check_copy()


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """What cannot be collected was not tested."""
    if report.failed:
        _write(report.nodeid, "collect", _said(report.longrepr))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write down the first failure."""
    if report.failed:
        _write(report.nodeid, str(report.when), _said(report.longrepr))


def _said(longrepr: Any) -> str:
    crash = getattr(longrepr, "reprcrash", None)
    return crash.message if crash is not None else str(longrepr)


def _write(test: str, when: str, message: str) -> None:
    path = Path(os.environ["MUTANTS_REPORT"])
    if not path.exists():
        path.write_text(json.dumps({"test": test, "when": when, "message": message}), "utf-8")


if __name__ == "__main__":
    check_copy()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)

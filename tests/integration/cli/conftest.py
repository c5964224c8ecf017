"""A folder with an app in it, and a terminal whose commands run in this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.processes import Processes
from tests.integration.cli.screen import Screen
from tests.integration.cli.terminal import Terminal

TASKS = '''
import asyncio

from ferryman import Context, Ferryman

ferry = Ferryman()


@ferry.task(queue="mail")
async def send_email(to: str = "ada@example.com", n: int = 1) -> str:
    """Send an email."""
    return f"{n} for {to}"


@ferry.task(retries=0)
async def fail(message: str = "no luck") -> None:
    raise ValueError(message)


@ferry.task
async def report(context: Context) -> dict[str, int]:
    context.log("halfway", step=1)
    context.progress(1, 2, "one of two")
    context.progress(2, 2)
    return {"big": 123456789012345678901234567890}
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory, with `shop.py` in it."""
    (tmp_path / "shop.py").write_text(TASKS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("FERRYMAN_URL", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FERRYMAN_APP", "shop:ferry")
    yield tmp_path
    # The next test has modules of the same names in another folder.
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def terminal(folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(folder, capfd, monkeypatch)


@pytest.fixture
def processes(folder: Path) -> Iterator[Processes]:
    made = Processes(folder)
    yield made
    made.close()


@pytest.fixture
def screens() -> Iterator[list[Screen]]:
    opened: list[Screen] = []
    yield opened
    for screen in opened:
        screen.close()

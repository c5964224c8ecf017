"""What only shows on a terminal: colours, a question, the line that is written over."""

from __future__ import annotations

import re

import pytest

from tests.integration.cli.screen import Screen
from tests.integration.cli.terminal import Terminal


def test_a_table_is_coloured_unless_that_is_unwanted(terminal: Terminal, screens: list[Screen]) -> None:
    job_id = terminal.submit("send_email")
    screens.append(coloured := Screen(terminal.folder, "jobs", "ls"))
    assert coloured.ends() == 0
    assert re.search(r"\x1b\[33mpending\s*\x1b\[0m", coloured.text)
    assert job_id in coloured.text
    screens.append(plain := Screen(terminal.folder, "jobs", "ls", NO_COLOR="1"))
    assert plain.ends() == 0
    assert "\x1b[3" not in plain.text
    assert job_id in plain.text


def test_a_query_asks_before_it_acts(terminal: Terminal, screens: list[Screen]) -> None:
    terminal.submit("send_email")
    for answer, left in (("n", "pending"), ("y", "cancelled")):
        screens.append(screen := Screen(terminal.folder, "jobs", "cancel", "queue:mail"))
        screen.says("Cancel 1 job (1 pending)? [y/N]")
        screen.types(f"{answer}\n")
        assert screen.ends() == 0
        [job] = terminal.run("jobs", "ls").json
        assert job["state"] == left


def test_stopping_counts_down(terminal: Terminal, screens: list[Screen], monkeypatch: pytest.MonkeyPatch) -> None:
    (terminal.folder / "slow.py").write_text(
        "import asyncio\nfrom ferryman import Ferryman\nferry = Ferryman()\n"
        "@ferry.task\nasync def hold() -> None:\n    print('held', flush=True)\n    await asyncio.sleep(600)\n"
    )
    monkeypatch.setenv("FERRYMAN_APP", "slow:ferry")
    screens.append(worker := Screen(terminal.folder, "worker", "--grace", "60"))
    worker.says("started")
    terminal.submit("hold")
    worker.says("held")
    worker.types("\x03")
    worker.says("Stopping: 1 job has 60 s to end. Ctrl-C again hands them back now.")
    worker.says("1 job has 59 s")
    worker.types("\x03")
    assert worker.ends() == 0
    assert "Traceback" not in worker.text


def test_dev_counts_down_once(terminal: Terminal, screens: list[Screen]) -> None:
    (terminal.folder / "slow.py").write_text(
        "import asyncio\nfrom ferryman import Ferryman\nferry = Ferryman()\n"
        "@ferry.task\nasync def hold() -> None:\n    print('held', flush=True)\n    await asyncio.sleep(600)\n"
    )
    screens.append(dev := Screen(terminal.folder, "dev", "slow:ferry", "--port", "0", "--grace", "60"))
    dev.says("Ctrl-C stops.")
    terminal.submit("hold", "--app", "slow:ferry")
    dev.says("held")
    dev.types("\x03")
    dev.says("Stopping: running jobs have 59 s. Ctrl-C again hands them back now.")
    assert "1 job has" not in dev.text
    dev.types("\x03")
    assert dev.ends() == 0
    assert "Traceback" not in dev.text


def test_progress_is_drawn(terminal: Terminal, screens: list[Screen]) -> None:
    screens.append(worker := Screen(terminal.folder, "worker"))
    worker.says("started")
    screens.append(run := Screen(terminal.folder, "run", "report"))
    assert run.ends() == 0
    assert "halfway" in run.text
    assert '{"big":123456789012345678901234567890}' in run.text

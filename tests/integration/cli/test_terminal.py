"""What only shows on a terminal: colours, a question, the line that is written over."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.terminal import Terminal


def _take_terminal() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Screen:
    """A pseudo-terminal with a command in it."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ferryman", *words],
            cwd=folder,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "160", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            # The terminal is that process's own: Ctrl-C on it reaches the command.
            preexec_fn=_take_terminal,
        )
        os.close(theirs)
        self.text = ""

    def says(self, words: str, within: float = 30) -> str:
        """Read until these words were shown."""
        deadline = time.monotonic() + within
        while words not in self.text:
            assert self._read(deadline), f"it ended without saying {words!r}:\n{self.text}"
        return self.text

    def types(self, text: str) -> None:
        """Type something."""
        os.write(self._ours, text.encode())

    def ends(self) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + 30
        while self._read(deadline):
            pass
        return self.process.wait(10)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self._ours)

    def _read(self, deadline: float) -> bool:
        left = deadline - time.monotonic()
        assert left > 0, f"nothing more came:\n{self.text}"
        if not select.select([self._ours], [], [], left)[0]:
            return True
        try:
            data = os.read(self._ours, 65_536)
        except OSError:  # what Linux says when the other end is closed
            return False
        self.text += data.decode("utf-8", "replace")
        return bool(data)


@pytest.fixture
def screens() -> Iterator[list[Screen]]:
    opened: list[Screen] = []
    yield opened
    for screen in opened:
        screen.close()


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

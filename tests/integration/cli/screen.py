"""A pseudo-terminal with a command in it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path


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

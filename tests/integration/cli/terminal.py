"""Runs `ferryman` commands as a person would, in this process, and keeps what they said."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ferryman.cli import main


class Answer(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote to stdout, as JSON."""
        return json.loads(self.out)

    @property
    def ids(self) -> list[str]:
        """The lines of stdout."""
        return self.out.split()


class Terminal:
    """A working directory with a prompt."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._capture = capture
        self._patch = patch

    def run(self, *words: str, stdin: str = "") -> Answer:
        """Run one command to its end."""
        self._capture.readouterr()
        self._patch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as end:
            main(words)
        out, err = self._capture.readouterr()
        code = end.value.code
        return Answer(code if isinstance(code, int) else 0, out, err)

    def submit(self, *words: str) -> str:
        """Submit a job and return its id."""
        answer = self.run("submit", *words, "-o", "ids")
        assert answer.code == 0, answer.err
        return answer.out.strip()

    def work(self) -> None:
        """Run a worker until nothing is left to run."""
        answer = self.run("worker", "--burst")
        assert answer.code == 0, answer.err

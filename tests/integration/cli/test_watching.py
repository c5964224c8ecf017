"""Jobs that run: followed to their result, with the exit code of their outcome."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tests.integration.cli.processes import Processes
from tests.integration.cli.terminal import Terminal


def test_watch_ends_with_the_result(terminal: Terminal) -> None:
    job_id = terminal.submit("report")
    terminal.work()
    answer = terminal.run("jobs", "watch", job_id)
    assert (answer.code, answer.out) == (0, '{"big":123456789012345678901234567890}\n')
    assert "halfway step=1" in answer.err
    assert "completed" in answer.err


def test_watch_ends_with_the_error(terminal: Terminal) -> None:
    job_id = terminal.submit("fail")
    terminal.work()
    answer = terminal.run("jobs", "watch", job_id)
    assert (answer.code, answer.out) == (1, "")
    assert "ValueError: no luck" in answer.err
    assert f"ferryman jobs retry {job_id}" in answer.err


def test_run_follows_a_job_that_a_worker_runs(terminal: Terminal, processes: Processes) -> None:
    processes.start("worker")
    answer = terminal.run("run", "report")
    assert answer.code == 0
    assert answer.json == {"big": 123456789012345678901234567890}
    assert "halfway" in answer.err
    assert terminal.run("run", "fail").code == 1


def test_submit_waits_if_asked(terminal: Terminal, processes: Processes) -> None:
    processes.start("worker")
    answer = terminal.run("submit", "send_email", "n=2", "--wait")
    assert (answer.code, answer.out) == (0, '"2 for ada@example.com"\n')
    assert terminal.run("submit", "fail", "--wait").code == 1


def test_run_says_when_nobody_could_run_it(terminal: Terminal) -> None:
    answer = terminal.run("run", "send_email", "--within", "3s")
    assert answer.code == 124
    assert "no worker that is alive runs task 'send_email' from queue 'mail'" in answer.err


def test_a_locked_store_is_waited_for(terminal: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ferryman.cli.place.TRY_EVERY", 0.05)
    terminal.submit("send_email")
    other = sqlite3.connect(folder / "ferryman.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    asked = terminal.run("submit", "send_email", "--no-retry")
    assert asked.code == 5
    assert "sqlite:///ferryman.db does not answer" in asked.err
    assert "locked" in asked.err
    # Let go while the next command has already said that it waits.
    release = threading.Timer(7, lambda: other.execute("ROLLBACK"))
    release.start()
    began = time.monotonic()
    waited = terminal.run("submit", "send_email")
    release.join()
    other.close()
    assert waited.code == 0, waited.err
    assert "waiting: the store sqlite:///ferryman.db does not answer" in waited.err
    assert time.monotonic() - began > 5

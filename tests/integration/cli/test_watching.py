"""Jobs that run: followed to their result, with the exit code of their outcome."""

from __future__ import annotations

import sqlite3
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
    assert answer.err.count("note: No worker that serves queue mail is alive. Start one: ferryman worker -q mail") == 1


def test_a_locked_store_is_waited_for(terminal: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ferryman.cli.place.TRY_EVERY", 0.05)
    for module in ("connection", "writer"):
        monkeypatch.setattr(f"ferryman.stores.sqlite.{module}.PATIENCE", 0.2)
    terminal.submit("send_email")
    other = sqlite3.connect(folder / "ferryman.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    asked = terminal.run("submit", "send_email", "--no-retry")
    assert asked.code == 5
    assert "sqlite:///ferryman.db does not answer" in asked.err
    assert "locked" in asked.err
    # Let go once the next command has said that it waits.
    said: list[str] = []

    def hear(text: str) -> None:
        said.append(text)
        if "Trying again" in text:
            other.execute("ROLLBACK")

    monkeypatch.setattr("ferryman.cli.place.note", hear)
    waited = terminal.run("submit", "send_email")
    other.close()
    assert waited.code == 0, waited.err
    assert said[0].startswith("waiting: the store sqlite:///ferryman.db does not answer")
    assert len(said) == 2

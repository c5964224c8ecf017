"""`ferryman dev` as a person uses it: real processes, a real port, Ctrl-C and worse."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.integration.cli.processes import Processes, Running, alive, answers, children_of, complete, until

VERSIONED = """
from ferryman import Ferryman

ferry = Ferryman()

@ferry.task
async def version() -> str:
    return "{version}"

@ferry.task
async def slow() -> None:
    import asyncio
    await asyncio.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without an app."""
    for name in ("FERRYMAN_APP", "FERRYMAN_URL", "FERRYMAN_SMTP_URL", "FERRYMAN_OUTBOX"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def processes(folder: Path) -> Iterator[Processes]:
    made = Processes(folder)
    yield made
    made.close()


def url_in(running: Running) -> str:
    """Wait for the banner and return the API's URL in it."""
    found = re.search(r"^  API +(\S+)$", running.says("Ctrl-C stops."), re.MULTILINE)
    assert found is not None
    return found[1]


def crew_of(dev: Running) -> list[int]:
    """Return the API and the worker."""
    until(lambda: len(children_of(dev.pid)) == 2, "dev has two children", running=dev)
    return children_of(dev.pid)


def test_the_demo_runs_from_one_command_and_leaves_nothing_behind(folder: Path, processes: Processes) -> None:
    dev = processes.start("dev", "--port", "0")
    base = url_in(dev)
    assert f"Dashboard {base}/" in dev.text
    assert complete(base, {"task": "send_email"})["status"] == "completed"
    [message] = (folder / "outbox").glob("*.eml")
    assert b"To: ada@example.com" in message.read_bytes()
    [curl] = re.findall(r"-d '(.*)'$", dev.text, re.MULTILINE)
    assert httpx2.post(f"{base}/submit-job", content=curl, headers={"Content-Type": "application/json"}).is_success
    crew = crew_of(dev)
    dev.tell(signal.SIGINT)
    assert dev.ends() == 0
    assert "Traceback" not in dev.text
    until(lambda: not any(map(alive, crew)), "nothing is left")
    assert not answers(f"{base}/livez")


def test_a_change_starts_both_anew_and_the_port_stays(folder: Path, processes: Processes) -> None:
    module = folder / "app.py"
    module.write_text(VERSIONED.format(version="one"))
    dev = processes.start("dev", "app:ferry", "--port", "0", "--grace", "1s")
    base = url_in(dev)
    before = crew_of(dev)
    module.write_text(VERSIONED.format(version="two"))
    dev.says("app.py changed; starting again")
    until(lambda: len(children_of(dev.pid)) == 2 and not set(children_of(dev.pid)) & set(before), "both are new")
    # Nobody was refused meanwhile: the socket is dev's and outlives the API.
    assert complete(base, {"task": "version"})["status"] == "completed"
    answer = httpx2.get(f"{base}/v1/jobs?task=version", timeout=10).json()["jobs"][0]
    assert httpx2.get(f"{base}/v1/jobs/{answer['id']}/result", timeout=10).json()["result"] == "two"


def test_broken_code_waits_for_the_next_change(folder: Path, processes: Processes) -> None:
    module = folder / "app.py"
    module.write_text(VERSIONED.format(version="one"))
    dev = processes.start("dev", "app:ferry", "--port", "0", "--grace", "1s")
    base = url_in(dev)
    module.write_text("ferry = (\n")
    said = dev.says("worker ended; it starts again when a file changes")
    assert "SyntaxError" in said
    assert "app.py, line 1" in said
    module.write_text(VERSIONED.format(version="two"))
    assert complete(base, {"task": "version"})["status"] == "completed"


def test_a_fallen_child_is_started_again(processes: Processes) -> None:
    dev = processes.start("dev", "--port", "0")
    base = url_in(dev)
    for pid in crew_of(dev):
        os.kill(pid, signal.SIGKILL)
    dev.says("worker fell (killed by SIGKILL)")
    dev.says("API fell (killed by SIGKILL)")
    assert complete(base, {"task": "flaky", "args": {"probability": 0.0}})["status"] == "completed"


def test_children_die_with_a_killed_parent(processes: Processes) -> None:
    dev = processes.start("dev", "--port", "0")
    base = url_in(dev)
    crew = crew_of(dev)
    os.kill(dev.pid, signal.SIGKILL)
    until(lambda: not any(map(alive, crew)), "the children have ended", within=20)
    assert not answers(f"{base}/livez")


def test_a_second_signal_hands_running_jobs_back(folder: Path, processes: Processes) -> None:
    (folder / "app.py").write_text(VERSIONED.format(version="one"))
    dev = processes.start("dev", "app:ferry", "--port", "0", "--grace", "10m")
    base = url_in(dev)
    job_id = httpx2.post(f"{base}/submit-job", json={"task": "slow"}, timeout=10).json()["job_id"]
    until(lambda: httpx2.get(f"{base}/job-status/{job_id}").json()["status"] == "processing", "it runs", running=dev)
    dev.tell(signal.SIGINT)
    dev.says("is stopping: 1 running")
    dev.tell(signal.SIGINT)
    assert dev.ends() == 0
    show = processes.start("jobs", "show", job_id)
    assert show.ends() == 0
    assert '"state": "pending"' in show.text
    assert '"retries": 0' in show.text


def test_a_taken_port_is_passed_over_only_when_nobody_named_it(processes: Processes) -> None:
    first = processes.start("dev", "--port", "0")
    port = url_in(first).rpartition(":")[2]
    second = processes.start("dev", "--port", port)
    assert second.ends() == 4
    assert f"port {port} on 127.0.0.1 is taken" in second.text
    assert f"ferryman dev --port {int(port) + 1}" in second.text


def test_dev_is_quiet_about_an_app_that_is_not_there(processes: Processes) -> None:
    dev = processes.start("dev", "nothing:ferry")
    assert dev.ends() == 2
    assert dev.text.startswith("error: the app 'nothing:ferry' cannot be loaded\n")

"""`ferryman worker` as an operator meets it: started, steered, stopped."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.integration.cli.processes import Processes, Running, alive, children_of, until
from tests.integration.cli.terminal import Terminal

SLOW = """
import asyncio
from ferryman import Ferryman

ferry = Ferryman()

@ferry.task
async def hold(seconds: float = 600) -> str:
    print("held", flush=True)
    await asyncio.sleep(seconds)
    return "done"
"""


@pytest.fixture
def folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (folder / "slow.py").write_text(SLOW)
    monkeypatch.setenv("FERRYMAN_APP", "slow:ferry")
    return folder


def ready(worker: Running) -> Running:
    worker.says("started: 50 slots")
    return worker


def test_a_burst_ends_when_nothing_is_left(terminal: Terminal, processes: Processes) -> None:
    job_id = terminal.submit("hold", "seconds=0")
    assert processes.start("worker", "--burst").ends() == 0
    assert terminal.run("jobs", "show", job_id).json["result"] == "done"


def test_one_signal_lets_running_jobs_end(terminal: Terminal, processes: Processes) -> None:
    worker = ready(processes.start("worker"))
    job_id = terminal.submit("hold", "seconds=1")
    worker.says("held")
    worker.tell(signal.SIGINT)
    assert worker.ends() == 0
    assert "Traceback" not in worker.text
    assert terminal.run("jobs", "show", job_id).json["state"] == "completed"


def test_two_signals_hand_them_back(terminal: Terminal, processes: Processes) -> None:
    worker = ready(processes.start("worker", "--grace", "10m"))
    job_id = terminal.submit("hold")
    worker.says("held")
    worker.tell(signal.SIGINT)
    worker.says("1 running, 10m to finish")
    worker.tell(signal.SIGINT)
    assert worker.ends() == 0
    shown = terminal.run("jobs", "show", job_id).json
    assert (shown["state"], shown["retries"], shown["crashes"]) == ("pending", 0, 0)


def test_an_operator_quiets_and_stops_it(terminal: Terminal, processes: Processes) -> None:
    worker = ready(processes.start("worker"))
    until(lambda: len(terminal.run("workers", "ls", "-o", "ids").ids) == 1, "it has announced itself")
    [name] = terminal.run("workers", "ls", "-o", "ids").ids
    assert terminal.run("workers", "quiet", name[:-2]).out == f"{name} will start nothing more.\n"
    worker.says("is quiet")
    until(lambda: "is quiet: it starts nothing more" in terminal.run("doctor").out, "doctor sees it")
    assert terminal.run("workers", "stop", "--all").out == f"{name} will stop.\n"
    assert worker.ends() == 0
    assert terminal.run("workers", "ls").json == []


def test_a_worker_of_one_queue_leaves_the_others(terminal: Terminal, processes: Processes) -> None:
    other = terminal.submit("hold", "seconds=0", "--queue", "other")
    default = terminal.submit("hold", "seconds=0")
    worker = processes.start("worker", "-q", "othr", "-q", "other", "--burst")
    assert worker.ends() == 0
    assert "no task of the app uses queue 'othr'" in worker.text
    states = {job["id"]: job["state"] for job in terminal.run("jobs", "ls").json}
    assert states == {other: "completed", default: "pending"}


def test_it_starts_anew_when_code_changes(folder: Path, terminal: Terminal, processes: Processes) -> None:
    worker = ready(processes.start("worker", "--reload"))
    [before] = children_of(worker.pid)
    (folder / "slow.py").write_text(SLOW.replace('"done"', '"changed"'))
    worker.says("slow.py changed; starting again")
    until(lambda: children_of(worker.pid) not in ([], [before]), "another child runs", running=worker)
    job_id = terminal.submit("hold", "seconds=0")
    assert terminal.run("submit", "hold", "seconds=0", "--wait").out == '"changed"\n'
    assert terminal.run("jobs", "watch", job_id).code == 0
    worker.tell(signal.SIGTERM)
    assert worker.ends() == 0
    assert not alive(before)


def test_a_job_of_a_dead_client_is_still_there(terminal: Terminal, processes: Processes) -> None:
    run = processes.start("run", "hold", "seconds=0")
    run.says("hold ")
    run.tell(signal.SIGINT)
    assert run.ends() == 130
    assert "The job goes on" in run.text
    [job] = json.loads(terminal.run("jobs", "ls").out)
    assert job["state"] == "pending"


def test_several_processes_share_the_work_and_end_together(terminal: Terminal, processes: Processes) -> None:
    jobs = [terminal.submit("hold", "seconds=1") for _ in range(4)]
    crew = processes.start("worker", "--processes", "2", "--concurrency", "1", "--burst")
    assert crew.ends() == 0
    shown = [terminal.run("jobs", "show", job_id).json for job_id in jobs]
    assert {job["state"] for job in shown} == {"completed"}
    assert len({attempt["worker"] for job in shown for attempt in job["attempts"]}) == 2


def test_a_fallen_process_is_replaced_and_none_is_left(terminal: Terminal, processes: Processes) -> None:
    crew = processes.start("worker", "--processes", "2")
    until(lambda: crew.text.count("started: 50 slots") == 2, "both have started", running=crew)
    first, second = children_of(crew.pid)
    os.kill(first, signal.SIGKILL)
    crew.says("fell (killed by SIGKILL); starting again")
    until(lambda: len(set(children_of(crew.pid)) - {first}) == 2, "it is replaced", running=crew)
    crew.tell(signal.SIGKILL)
    crew.ends()
    until(lambda: not alive(second), "the children have ended", within=20)

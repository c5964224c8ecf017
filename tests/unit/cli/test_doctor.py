"""Doctor names what is wrong and how to mend it, from what it read once."""

from __future__ import annotations

import time

import pytest

from ferryman import Ferryman, State
from ferryman.cli.doctor import Patient, examine
from ferryman.store.messages import Count, Finding, Health, QueueRow, WorkerInfo, WorkerRow
from ferryman.version import __version__

HEALTH = Health("sqlite", "sqlite-full", "jobs.db", [Finding("ok", "the store is well")])


def worker(
    name: str = "w",
    queues: tuple[str, ...] = (),
    tasks: tuple[str, ...] = ("send_email",),
    version: str = __version__,
    *,
    quiet: bool = False,
    alive: bool = True,
) -> WorkerRow:
    return WorkerRow(WorkerInfo(name, "host", 1, version, queues, tasks, 50, quiet=quiet), time.time(), alive)


def waiting(queue: str = "mail", task: str = "send_email") -> Count:
    return Count(queue, task, State.PENDING, 3)


def row(queue: str = "mail", *, paused: bool = False, oldest: float | None = None) -> QueueRow:
    return QueueRow(queue, paused, time.time() if paused else None, "ada@web", {State.PENDING: 3}, oldest)


def findings(
    *, counts: list[Count] | None = None, queues: list[QueueRow] | None = None, workers: list[WorkerRow] | None = None
) -> list[Finding]:
    return list(examine(Patient(Ferryman("sqlite://"), HEALTH, counts or [], queues or [], workers or [])))


@pytest.mark.parametrize(
    ("given", "level", "what", "fix"),
    [
        ({"counts": [waiting()]}, "error", "3 jobs wait and no worker is alive", "ferryman worker"),
        ({}, "warning", "no worker is alive", "ferryman worker"),
        ({"workers": [worker(alive=False)]}, "warning", "did not say goodbye", "log"),
        ({"workers": [worker(quiet=True)]}, "warning", "worker w is quiet", "ferryman workers stop w"),
        ({"workers": [worker(version="0.0.1")]}, "warning", "mixed versions of Ferryman: 0.0.1", "same version"),
        ({"queues": [row(paused=True)]}, "warning", "ago by ada@web; 3 jobs wait in it", "ferryman queues resume mail"),
        (
            {"queues": [row()], "workers": [worker(queues=("other",))]},
            "error",
            "3 jobs wait in queue 'mail', which no worker serves",
            "ferryman worker -q mail",
        ),
        (
            {"queues": [row(oldest=time.time() - 1_000)], "workers": [worker()]},
            "warning",
            "queue 'mail' has waited",
            "--concurrency",
        ),
        (
            {"counts": [waiting(task="gone")], "workers": [worker()]},
            "error",
            "3 jobs of task 'gone' wait in queue 'mail'",
            "ferryman jobs rm task:gone queue:mail",
        ),
    ],
)
def test_each_finding_has_its_fix(given: dict[str, list[object]], level: str, what: str, fix: str) -> None:
    found = findings(**given)  # type: ignore[arg-type]  # lists of what each parameter says
    assert any(f.level == level and what in f.what and fix in f.fix for f in found), found


def test_nothing_is_wrong_with_a_worker_that_serves_all() -> None:
    found = findings(counts=[waiting()], queues=[row()], workers=[worker()])
    assert [finding.level for finding in found] == ["ok", "ok"]


def test_a_task_of_the_app_that_nobody_runs_is_named() -> None:
    ferry = Ferryman("sqlite://")

    @ferry.task(queue="pictures")
    async def thumbnail() -> None: ...

    found = list(examine(Patient(ferry, HEALTH, [], [], [worker()])))
    [finding] = [f for f in found if f.level == "warning"]
    assert "no worker that is alive runs task 'thumbnail' of this app from queue 'pictures'" in finding.what

"""Child processes: kept warm, really killed, and no danger to the worker."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ferryman.domain.errors import TaskDefinitionError
from ferryman.domain.outcome import Ending
from ferryman.telemetry.events import ChildDied
from tests.unit.fakes.memory_store import Row
from tests.unit.worker import child_tasks
from tests.unit.worker.place import Place, endings, error_of, task

TASKS = [handle.task for handle in child_tasks.ferry.tasks.values()]


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """A worker in real time: child processes know no other."""
    place = Place(*TASKS, slots=4, grace=0.0)
    place.running = asyncio.create_task(place.worker.run())
    async with asyncio.timeout(50):
        yield place
        place.worker.stop()
        await place.running


async def written(file: Path) -> list[int]:
    """Return the numbers in a file once it is there."""
    while not file.exists():  # noqa: ASYNC110  # another process makes it
        await asyncio.sleep(0.01)
    return [int(word) for word in file.read_text().split()]


async def gone(pid: int) -> None:
    """Return once there is no such process, or only its remains."""
    while True:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        await asyncio.sleep(0.01)


async def running(place: Place, row: Row) -> None:
    await place.until(lambda: row.said)


async def test_arguments_and_results_cross_and_the_child_is_used_again(place: Place) -> None:
    assert (await place.outcome("double", '{"number": 21}')).result == "42"
    assert (await place.outcome("double_async", '{"number": 4}')).result == "8"
    first = json.loads((await place.outcome("where")).result or "")
    second = json.loads((await place.outcome("where")).result or "")
    assert first == second
    assert first[1] == os.getpid()


async def test_children_that_would_only_wait_are_ended(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place.worker._children, "_most_idle", 0)
    pid, _ = json.loads((await place.outcome("where")).result or "")
    await gone(pid)


async def test_a_large_result_crosses(place: Place) -> None:
    assert len((await place.outcome("big", '{"size": 3000000}')).result or "") == 3_000_002


async def test_what_a_task_says_there_arrives_before_its_outcome(place: Place) -> None:
    row = place.store.put("talk")
    outcome = await place.ended(row)
    assert outcome.result == f'"{row.new.id} 1"'
    assert [report.kind.value for report in row.said] == ["progress", "log", "output"]
    assert json.loads(row.said[2].data) == {"text": "goodbye\ud800"}


async def test_wrong_arguments_fail_at_once(place: Place) -> None:
    outcome = await place.outcome("double", '{"number": "x"}')
    assert outcome.ending is Ending.FAILED
    assert error_of(outcome)["type"].endswith("InvalidArguments")


@pytest.mark.parametrize(
    ("how", "kind"),
    [("exit", "ProcessDied"), ("signal", "ProcessDied"), ("sys.exit", "SystemExit"), ("?", "ValueError")],
)
async def test_every_end_is_an_error_that_is_retried(place: Place, how: str, kind: str) -> None:
    row = place.store.put("fall", json.dumps({"how": how}), max_retries=1)
    await place.until(lambda: len(row.outcomes) == 2)
    assert endings(row) == [Ending.RETRIED, Ending.FAILED]
    error = error_of(row.outcomes[0])
    assert error["type"].rpartition(".")[2] == kind
    if kind == "ProcessDied":
        cause = "exit code 7" if how == "exit" else "killed by SIGSEGV"
        assert cause in error["message"]
        assert [cause in event.cause for event in place.told(ChildDied)] == [True, True]
    assert (await place.outcome("double", '{"number": 1}')).result == "2"


async def test_snoozing_and_the_policy_hold_there_too(place: Place) -> None:
    outcome = await place.outcome("fall", '{"how": "snooze"}')
    assert (outcome.ending, outcome.delay) == (Ending.SNOOZED, 30.0)
    assert (await place.outcome("picky")).ending is Ending.FAILED


async def test_at_its_timeout_a_task_is_killed_with_all_it_started(place: Place, tmp_path: Path) -> None:
    row = place.store.put("stubborn", json.dumps({"file": str(tmp_path / "pids")}), timeout=0.5, max_retries=0)
    pids = await written(tmp_path / "pids")
    outcome = await place.ended(row)
    assert error_of(outcome)["type"] == "TimeoutError"
    for pid in pids:
        await gone(pid)
    assert place.told(ChildDied) == []
    assert (await place.outcome("double", '{"number": 1}')).result == "2"


async def test_a_cancelled_job_is_killed(place: Place, tmp_path: Path) -> None:
    row = place.store.put("stubborn", json.dumps({"file": str(tmp_path / "pids")}))
    pids = await written(tmp_path / "pids")
    place.store.cancel(row)
    for pid in pids:
        await gone(pid)
    await place.until(lambda: not place.worker.attempts.running)
    assert row.outcomes == []


async def test_at_a_shutdown_the_job_goes_back_whether_killed_or_told(place: Place, tmp_path: Path) -> None:
    killed = place.store.put("stubborn", json.dumps({"file": str(tmp_path / "pids")}))
    told = place.store.put("until_told")
    pids = await written(tmp_path / "pids")
    await running(place, told)
    place.worker.stop()
    await place.stopped()
    assert endings(killed) == endings(told) == [Ending.RELEASED]
    for pid in pids:
        await gone(pid)


@pytest.mark.parametrize("kind", ["idle", "busy"])
async def test_children_end_with_a_worker_that_was_killed(kind: str, tmp_path: Path) -> None:
    program = f"""
import asyncio
from tests.unit.worker.place import Place
from tests.unit.worker.test_processes import TASKS

async def main():
    place = Place(*TASKS)
    worker = asyncio.create_task(place.worker.run())
    if {kind!r} == "busy":
        place.store.put("stubborn", '{{"file": "{tmp_path}/pids"}}')
    else:
        [pid, _] = __import__("json").loads((await place.outcome("where")).result)
        open("{tmp_path}/pids.new", "w").write(str(pid))
        __import__("os").rename("{tmp_path}/pids.new", "{tmp_path}/pids")
    await worker

asyncio.run(main())
"""
    worker = subprocess.Popen([sys.executable, "-c", program])
    try:
        async with asyncio.timeout(50):
            pids = await written(tmp_path / "pids")
            worker.kill()
            for pid in pids:
                await gone(pid)
    finally:
        worker.kill()
        worker.wait()


def test_a_task_that_a_child_could_not_find_is_refused_when_the_worker_is_made() -> None:
    def inside() -> None: ...

    with pytest.raises(TaskDefinitionError, match="defined inside a function: move it to module level"):
        Place(task(inside, process=True))
    with pytest.raises(TaskDefinitionError, match="does not lead to it"):
        Place(task(_unassigned, process=True))


def _unassigned() -> None: ...


def test_tasks_in_the_main_module_run_once_it_is_guarded_or_says_run(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os\n"
        "from ferryman import Ferryman\n"
        "ferry = Ferryman('sqlite://')\n"
        "@ferry.task(process=True)\n"
        "def where() -> int:\n"
        "    return os.getppid()\n"
        "job = where.submit_sync() if __name__ == '__main__' else None\n"
        "from ferryman.runtime import run\n"
        "run(ferry, burst=True)\n"  # in the child this does nothing
        "if job is not None:\n"
        "    print(job.result_sync() == os.getpid())\n"
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=50, check=False)
    assert ended.stdout.strip() == "True", ended.stderr

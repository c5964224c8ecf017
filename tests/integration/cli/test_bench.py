"""`ferryman bench` as a new user meets it: figures, and nothing left behind whatever happens."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cli.processes import Processes, Running, until
from tests.integration.cli.screen import Screen
from tests.integration.cli.terminal import Terminal
from tests.integration.redis.place import rights
from tests.servers.redis_server import VOLATILE, RedisServer

FIGURES = {
    "sequential_submits_per_second",
    "concurrent_submits_per_second",
    "bulk_submits_per_second",
    "drain_1_per_second",
    "start_p50_ms",
    "start_p95_ms",
    "start_p99_ms",
    "submit_cpu_us",
    "bulk_cpu_us",
    "waiting_job_bytes",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    started = RedisServer(tmp_path / "server", settings=VOLATILE).start()
    yield started
    started.stop()


def told(bench: Running) -> dict[str, dict[str, object]]:
    """Return the object that a run printed after its notes."""
    assert bench.ends(60) == 0, bench.text
    found: dict[str, dict[str, object]] = json.loads(bench.text[bench.text.index("\n{") :])
    return found


def left(folder: Path) -> list[str]:
    """Return what is in a folder, hidden things too, but not what the test itself put there."""
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.name not in ("shop.py", "server", "__pycache__") and not path.name.startswith(".output")
    )


def test_a_folder_without_a_store(folder: Path, processes: Processes) -> None:
    found = told(processes.start("bench", "--seconds", "1", "-o", "json"))
    assert {name for name, value in found["figures"].items() if value} >= FIGURES
    assert found["jobs"]["agree"]
    assert found["store"]["level"] == "sqlite-full"
    assert left(folder) == []


def test_the_jobs_of_a_store_are_not_touched(terminal: Terminal, processes: Processes) -> None:
    job_id = terminal.submit("send_email")
    before = (terminal.folder / "ferryman.db").read_bytes()
    bench = processes.start("bench", "--seconds", "1")
    assert told(bench)["jobs"]["agree"]
    assert "unfinished jobs: 1, workers: 0. None is touched" in bench.text
    assert (terminal.folder / "ferryman.db").read_bytes() == before
    assert terminal.run("queues", "ls", "-o", "ids").ids == ["mail"]
    assert terminal.run("jobs", "show", job_id).json["state"] == "pending"


def test_workers_of_a_store_are_asked_for(terminal: Terminal, processes: Processes, screens: list[Screen]) -> None:
    worker = processes.start("worker")
    worker.says("started")
    until(lambda: terminal.run("workers", "ls").json != [], "it has announced itself")
    refused = processes.start("bench")
    assert refused.ends() == 4
    assert "each slows the other down" in refused.text
    screens.append(asked := Screen(terminal.folder, "bench"))
    asked.says("[y/N]")
    asked.types("n\n")
    assert asked.ends() == 4
    assert told(processes.start("bench", "--seconds", "1", "-y"))["jobs"]["agree"]
    assert "bench" not in worker.text  # it would tell of jobs that wait for a task it does not know
    assert sorted(path.name for path in terminal.folder.glob(".ferryman*")) == []


def test_a_server_is_left_as_it_was(processes: Processes, server: RedisServer) -> None:
    server.ask("SET", "theirs", "1")
    found = told(processes.start("bench", "--seconds", "1", "--url", server.url))
    assert found["jobs"]["agree"]
    assert found["store"]["level"] == "redis-none"
    assert isinstance(found["figures"]["server_commands"], float)
    assert server.ask("KEYS", "*") == "*1\r\n$6\r\ntheirs"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing(processes: Processes, server: RedisServer, number: int) -> None:
    bench = processes.start("bench", "--seconds", "600", "--url", server.url)
    until(lambda: int(server.ask("DBSIZE").removeprefix(":")) > 50, "jobs are in the store", running=bench)
    bench.tell(number)
    assert bench.ends() == 130
    assert "Stopping, and deleting what was made." in bench.text
    assert "Traceback" not in bench.text
    assert server.ask("DBSIZE") == ":0"


@pytest.mark.parametrize("phase", ["submits in bulk", "1 worker process"])
def test_ctrl_c_leaves_nothing(folder: Path, screens: list[Screen], phase: str) -> None:
    screens.append(bench := Screen(folder, "bench", "--seconds", "5"))
    bench.says(phase)
    bench.types("\x03")
    assert bench.ends() == 130
    assert "Stopping, and deleting what was made." in bench.text
    assert "Traceback" not in bench.text
    assert left(folder) == []
    assert "All" not in bench.text


def test_a_store_that_is_down_is_named(processes: Processes, server: RedisServer) -> None:
    server.kill()
    bench = processes.start("bench", "--url", server.url, "--no-retry")
    assert bench.ends() == 5
    assert f"the store {server.url} does not answer" in bench.text
    waiting = processes.start("bench", "--url", server.url)
    waiting.says("Trying again until it answers")
    waiting.tell(signal.SIGINT)
    assert waiting.ends() == 130


@pytest.mark.parametrize("phase", ["by 100 callers", "1 worker process"])
def test_a_server_that_dies_ends_it(folder: Path, server: RedisServer, screens: list[Screen], phase: str) -> None:
    screens.append(bench := Screen(folder, "bench", "--seconds", "20", "--url", server.url))
    bench.says(phase)
    server.kill()
    assert bench.ends() == 5
    assert "could not delete the keys that begin with {fm-bench-" in bench.text
    assert "This is a bug" not in bench.text


def test_a_user_without_the_right_is_told_which(processes: Processes, server: RedisServer) -> None:
    server.ask("ACL", "SETUSER", "ferryman", "on", ">secret", *rights())
    url = f"redis://ferryman:secret@127.0.0.1:{server.port}/0"
    bench = processes.start("bench", "--url", url)
    assert bench.ends() == 5
    assert "~{fm-bench-* &fm-bench-*" in bench.text
    assert "secret" not in bench.text
    server.ask("ACL", "SETUSER", "ferryman", "~{fm-bench-*", "&fm-bench-*")
    assert told(processes.start("bench", "--seconds", "1", "--url", url))["jobs"]["agree"]


def test_settings_that_forget_jobs_do_not_disturb(processes: Processes) -> None:
    short = {"FERRYMAN_KEEP_COMPLETED": "0", "FERRYMAN_DURABILITY": "normal", "FERRYMAN_LOG": "human"}
    found = told(processes.start("bench", "--seconds", "1", **short))
    assert found["jobs"]["agree"]
    assert found["store"]["level"] == "sqlite-normal"


def test_a_full_server_is_refused(processes: Processes, server: RedisServer) -> None:
    server.ask("CONFIG", "SET", "maxmemory", "50mb")
    bench = processes.start("bench", "--url", server.url)
    assert bench.ends() == 4
    assert "there is too little room" in bench.text
    assert server.ask("DBSIZE") == ":0"

"""The compose file: it is one by the schema, and what it would run in containers runs here without them."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from ferryman.domain.durations import seconds
from tests.architecture.repository import ROOT
from tests.integration.cli.processes import complete, until
from tests.integration.deploy.stack import COMPOSE, SERVICES, Stack, copied, install, stop

OURS = ("server", "worker")
WORKERS: int = SERVICES["worker"]["deploy"]["replicas"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ferryman as the image has it."""
    return install(tmp_path_factory.mktemp("image"))


@pytest.fixture
def stack(tmp_path: Path, site: Path) -> Iterator[Stack]:
    made = Stack(tmp_path, site)
    yield made
    made.close()


def until_healthy(stack: Stack, service: str) -> None:
    until(lambda: stack.healthy(service), f"{service} is healthy by its check")


def test_it_is_a_compose_file() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [str(checker), "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_watched_and_comes_back(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", OURS)
def test_what_needs_the_store_waits_for_it(service: str) -> None:
    assert SERVICES[service]["depends_on"] == {"valkey": {"condition": "service_healthy"}}
    assert SERVICES[service]["init"] is True


def test_a_worker_is_stopped_later_than_it_gives_up() -> None:
    command = SERVICES["worker"]["command"]
    assert seconds(SERVICES["worker"]["stop_grace_period"]) > seconds(command[command.index("--grace") + 1])


def test_nobody_else_reaches_it() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["server"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["server"]["ports"])


def test_its_commands_serve_and_run_a_job_and_stop_in_time(stack: Stack) -> None:
    assert [service for service in SERVICES if stack.healthy(service)] == []
    valkey = stack.up("valkey")
    until_healthy(stack, "valkey")
    assert [service for service in OURS if stack.healthy(service)] == []
    server = stack.up("server")
    until_healthy(stack, "server")
    workers = [stack.up("worker") for _ in range(WORKERS)]
    # Here they share a host's name, so one check names them all; a container has a name of its own.
    until(lambda: len(stack.check("worker").stdout.split(", ")) == WORKERS, "every worker is healthy by its check")
    assert complete(stack.base, {"task": "send_email"})["status"] == "completed"
    for worker in workers:
        stop(worker, "worker")
    assert not stack.healthy("worker")
    stop(server, "server")
    stop(valkey, "valkey")


def test_a_copy_of_the_stopped_store_holds_its_jobs(stack: Stack, tmp_path: Path) -> None:
    valkey = stack.up("valkey")
    until_healthy(stack, "valkey")
    stack.up("server")
    until_healthy(stack, "server")
    job_id = httpx2.post(f"{stack.base}/submit-job", json={"task": "send_email"}, timeout=10).json()["job_id"]

    stop(valkey, "valkey")
    assert not stack.healthy("server")
    shutil.copytree(stack.valkey.folder, tmp_path / "backup")
    shutil.rmtree(stack.valkey.folder)
    shutil.copytree(tmp_path / "backup", stack.valkey.folder)

    stack.up("valkey")
    until_healthy(stack, "server")  # without a restart
    stack.up("worker")
    status = f"{stack.base}/job-status/{job_id}"
    until(lambda: httpx2.get(status, timeout=10).json()["status"] == "completed", "the job of the backup is done")


def test_a_store_that_still_reads_its_data_is_not_healthy(stack: Stack) -> None:
    # It takes a millisecond for each key, and between every ten or so listens to commands.
    stack.valkey.settings += ("--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")
    stack.valkey.settings += ("--rdbcompression", "no")
    valkey = stack.up("valkey")
    until_healthy(stack, "valkey")
    stack.valkey.ask("EVAL", "for i = 1, 5000 do redis.call('set', i, string.rep('x', 100)) end", "0")
    stack.valkey.ask("BGREWRITEAOF")
    until(lambda: "aof_rewrites:1" in stack.valkey.ask("INFO", "persistence"), "the file is written anew")
    until(lambda: "aof_rewrite_in_progress:0" in stack.valkey.ask("INFO", "persistence"), "that is done")
    stop(valkey, "valkey")
    slow = stack.up("valkey")

    def reads() -> bool:
        check = stack.check("valkey")
        assert check.returncode != 0
        return "LOADING" in check.stdout + check.stderr

    until(reads, "it reads its data")
    slow.tell(signal.SIGKILL)


def test_the_build_is_given_what_the_image_copies(site: Path) -> None:
    allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert [name for name in copied() if f"!{name}" not in allowed] == []
    [entry_points] = site.glob("*.dist-info/entry_points.txt")
    assert "ferryman = ferryman.cli:main" in entry_points.read_text("utf-8")

"""The compose file: it is one by the schema, and what it would run in containers runs here without them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.architecture.repository import ROOT
from tests.integration.cli.listening import free_port
from tests.integration.cli.processes import Processes, Running, complete, until
from tests.servers.redis_server import RedisServer

COMPOSE = ROOT / "deploy" / "compose.yaml"
SERVICES: dict[str, Any] = YAML(typ="safe").load(COMPOSE)["services"]
#: The container of Valkey brings this program; here it is a package's.
VALKEY = "valkey-server"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.close()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[RedisServer]:
    program, *settings = SERVICES["valkey"]["command"]
    assert program == VALKEY
    server = RedisServer(tmp_path / "valkey", "valkey-9", settings).start()
    yield server
    server.stop()


def test_it_is_a_compose_file() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [str(checker), "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_service_is_watched_and_outlives_its_own_grace() -> None:
    for name, service in SERVICES.items():
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert service["restart"] == "unless-stopped"
    worker = SERVICES["worker"]
    grace = worker["command"][worker["command"].index("--grace") + 1]
    assert int(worker["stop_grace_period"].rstrip("s")) > int(grace.rstrip("s"))
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["server"]["ports"])


def words(service: str, port: int) -> list[str]:
    """Return the command of a service as it runs here, on a port of the test."""
    program, *rest = SERVICES[service]["command"]
    assert program == "ferryman"
    return here(rest, port)


def here(rest: list[str], port: int) -> list[str]:
    return [{"8000": str(port), "0.0.0.0": "127.0.0.1"}.get(word, word) for word in rest]


def healthy(service: str, port: int, environment: dict[str, str]) -> bool:
    """Run the health check of a service."""
    _, program, *rest = SERVICES[service]["healthcheck"]["test"]
    command = [sys.executable, "-m", program, *here(rest, port)]
    return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=20).returncode == 0


def test_its_commands_serve_and_run_a_job_and_stop_in_time(processes: Processes, valkey: RedisServer) -> None:
    said = SERVICES["worker"]["environment"]
    url = said["FERRYMAN_URL"].replace("valkey:6379", f"127.0.0.1:{valkey.port}")
    app = said["FERRYMAN_APP"].removeprefix("${FERRYMAN_APP:-").removesuffix("}")
    environment = {"FERRYMAN_URL": url, "FERRYMAN_APP": app}
    port = free_port()
    assert not healthy("worker", port, {**os.environ, **environment})
    server = processes.start(*words("server", port), **environment)
    workers = [
        processes.start(*words("worker", port), **environment) for _ in range(SERVICES["worker"]["deploy"]["replicas"])
    ]
    for service in ("server", "worker"):
        until(lambda s=service: healthy(s, port, {**os.environ, **environment}), f"{service} is healthy")  # type: ignore[misc]
    assert valkey.ask("PING") == "+PONG"
    status = complete(f"http://127.0.0.1:{port}", {"task": "send_email"})
    assert status["status"] == "completed"
    stop(server, "server")
    for worker in workers:
        stop(worker, "worker")


def stop(running: Running, service: str) -> None:
    running.tell(signal.SIGTERM)
    assert running.ends(within=int(SERVICES[service]["stop_grace_period"].rstrip("s"))) == 0, running.text


def test_the_image_has_what_it_copies() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored
    assert shutil.which("ferryman", path=str(Path(sys.executable).parent))

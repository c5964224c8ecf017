"""The services of the compose file as processes of this machine: their own commands, on ports of the test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ferryman.domain.durations import seconds
from tests.architecture.repository import ROOT
from tests.integration.cli.listening import free_port
from tests.integration.cli.processes import Processes, Running
from tests.servers.redis_server import RedisServer

COMPOSE = ROOT / "deploy" / "compose.yaml"
SERVICES: dict[str, Any] = YAML(typ="safe").load(COMPOSE)["services"]


def copied() -> list[str]:
    """Return what the image's build takes from this repository."""
    lines = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").splitlines()
    return [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]


def install(folder: Path) -> Path:
    """Build Ferryman from what the image copies, and nothing else; return the folder to import it from."""
    source, site = folder / "source", folder / "site"
    source.mkdir(parents=True)
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=source, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    return site


class Stack:
    """What `docker compose up` would start, one service at a time; `valkey` is the server's place."""

    def __init__(self, folder: Path, site: Path) -> None:
        program, *settings = SERVICES["valkey"]["command"]
        assert program == "valkey-server"
        self.port = free_port()
        self.valkey = RedisServer(folder / "volume", "valkey-9", settings)
        self.folder = folder
        self._processes = Processes(folder)
        self._site = site

    @property
    def base(self) -> str:
        """The server's URL."""
        return f"http://127.0.0.1:{self.port}"

    def up(self, service: str) -> Running:
        """Start one container's process."""
        if service == "valkey":
            self.valkey.folder.mkdir(exist_ok=True)
            return self._processes.spawn(self.valkey.command())
        return self._processes.spawn(self._here(SERVICES[service]["command"]), **self._environment(service))

    def close(self) -> None:
        """End what still runs."""
        self._processes.close()
        self.valkey.stop()  # gives its port back

    def check(self, service: str) -> subprocess.CompletedProcess[str]:
        """Run the health check of a service, with the time that it has."""
        health = SERVICES[service]["healthcheck"]
        kind, *words = health["test"]
        assert kind == "CMD"
        environment = {**os.environ, **self._environment(service)}
        command, patience = self._here(words), seconds(health["timeout"])
        try:
            return subprocess.run(
                command, cwd=self.folder, env=environment, check=False, capture_output=True, text=True, timeout=patience
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 1, "", "it took too long, which is a failure")

    def healthy(self, service: str) -> bool:
        """Whether a service is well by its own health check."""
        return self.check(service).returncode == 0

    def _here(self, words: list[str]) -> list[str]:
        """Return a container's command as it runs here; only ports, addresses and programs' places differ."""
        program, *rest = words
        ours = {
            "ferryman": [str(Path(sys.executable).with_name("ferryman"))],
            "valkey-cli": ["redis-cli", "-p", str(self.valkey.port)],  # they speak alike, and Debian has this one
        }[program]
        return ours + [{"8000": str(self.port), "0.0.0.0": "127.0.0.1"}.get(word, word) for word in rest]

    def _environment(self, service: str) -> dict[str, str]:
        said: dict[str, str] = SERVICES[service].get("environment", {})
        # A `${NAME:-value}` is the value where nobody set the name.
        values = {
            name: value.rpartition(":-")[2].rstrip("}") if "${" in value else value for name, value in said.items()
        }
        values = {name: value.replace("valkey:6379", f"127.0.0.1:{self.valkey.port}") for name, value in values.items()}
        return {**values, "PYTHONPATH": str(self._site)}


def stop(running: Running, service: str) -> None:
    """Stop a service as Compose does; it must end well, and before Compose would kill it."""
    running.tell(signal.SIGTERM)
    assert running.ends(within=seconds(SERVICES[service]["stop_grace_period"])) == 0, running.text

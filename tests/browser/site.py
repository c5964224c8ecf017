"""A site as a user has it: a server and workers, real processes, on a store in a folder."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any, Self

import httpx2

from tests.architecture.repository import ROOT
from tests.integration.cli.processes import Processes, Running, answers, until
from tests.servers.redis_server import free_port

TASKS = "browser_tasks:ferry"
#: Short, so that a test can watch a job recover.
LEASE = 2


class Site:
    """The processes of one site, and a program that asks its API."""

    def __init__(self, folder: Path, app: str = TASKS) -> None:
        self.folder = folder
        self.app = app
        self.port = free_port()
        self._processes = Processes(folder)
        self._running: list[Running] = []
        self.server: Running | None = None
        self._api = httpx2.Client(base_url=self.url, timeout=30)

    @property
    def url(self) -> str:
        """Where the dashboard is, with the slash at its end."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def store(self) -> str:
        """The URL of the store."""
        return f"sqlite:///{self.folder / 'jobs.db'}"

    def start(self, *words: str, program: tuple[str, ...] = ("-m", "ferryman")) -> Running:
        """Start a command of Ferryman, by what Python is told to run."""
        here = os.pathsep.join([str(Path(__file__).parent), str(ROOT / "src"), str(ROOT)])
        settings = {"FERRYMAN_URL": self.store, "FERRYMAN_LEASE": str(LEASE), "PYTHONPATH": here}
        running = self._processes.spawn([sys.executable, *program, *words], **settings)
        self._running.append(running)
        return running

    def serve(self) -> Running:
        """Start the server, on the same port as before, and return once it answers."""
        self.server = self.start("serve", self.app, "--port", str(self.port))
        until(lambda: answers(f"{self.url}livez"), "the server answers", running=self.server)
        return self.server

    def worker(self, *words: str) -> Running:
        """Start a worker."""
        return self.start("worker", self.app, *words)

    def kill(self, running: Running) -> None:
        """End a process and all that it started at once, without a last word."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.process.wait()

    def get(self, path: str, **params: Any) -> Any:
        """Ask the API."""
        answer = self._api.get(path, params=params)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Tell the API to do something."""
        answer = self._api.post(path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.headers["content-type"].startswith("application/json") else answer.text

    def submit(self, task: str, *, queue: str | None = None, **args: Any) -> str:
        """Submit a job; return its id."""
        body = {"task": task, "args": args, **({"queue": queue} if queue else {})}
        return str(self.post("submit-job", body)["job_id"])

    def fill(self, task: str, jobs: list[dict[str, Any]], **options: Any) -> list[str]:
        """Submit many jobs of a task, by their arguments; return their ids."""
        ids: list[str] = []
        for start in range(0, len(jobs), 1_000):
            body = [{"task": task, "args": args, "options": options} for args in jobs[start : start + 1_000]]
            ids += [job["id"] for job in self.post("v1/jobs/batch", {"jobs": body, "atomic": True})["jobs"]]
        return ids

    def settled(self, **states: int) -> None:
        """Wait until there are so many jobs in these states."""
        until(
            lambda: all(self.get("v1/stats")["jobs"].get(s, 0) == n for s, n in states.items()), f"there are {states}"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._api.close()
        for running in self._running:
            self.kill(running)  # with patience, a worker would end its jobs
        self._processes.close()

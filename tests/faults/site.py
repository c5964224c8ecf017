"""A site: a folder with a store, and real server and worker processes on it that can be killed and frozen."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2

from ferryman import Ferryman, Job
from tests.architecture.repository import ROOT
from tests.freezing import freeze, freeze_outside_of_a_write

LEASE = 2.0
TASKS = "fault_tasks:ferry"


class Site:
    """Processes and the view of a client on them; `close` kills what is left."""

    def __init__(self, folder: Path, url: str, lease: float = LEASE, **settings: Any) -> None:
        """`url` is the store of the processes; `settings` are more of the client's."""
        self.folder = folder
        self.url = url
        self.lease = lease
        self.ferry = Ferryman(self.url, lease=lease, **settings)
        self.port = _free_port()
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a ferryman command; its output goes to a file in the folder."""
        log = (self.folder / f"{arguments[0]}-{len(self._processes)}.log").open("wb")
        environment = {
            **os.environ,
            "FERRYMAN_URL": self.url,
            "FERRYMAN_LEASE": str(self.lease),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(ROOT / "src"), str(ROOT)]),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "ferryman", *arguments],
            cwd=self.folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self._processes.append(process)
        return process

    def worker(self, app: str = TASKS, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self.start("worker", app, *arguments)

    async def server(self, app: str = TASKS) -> subprocess.Popen[bytes]:
        """Start the HTTP API and return once it answers."""
        process = self.start("serve", app, "--port", str(self.port))

        async def answers() -> bool:
            try:
                async with httpx2.AsyncClient() as client:
                    return bool((await client.get(f"http://127.0.0.1:{self.port}/livez")).status_code == 200)
            except httpx2.TransportError:
                return False

        await until(answers, "the server answers")
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process and all it started, at once and without a last word."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def freeze(self, process: subprocess.Popen[bytes]) -> None:
        """Freeze a process and all it started; on SQLite outside of a write."""
        if self.url.startswith("sqlite:"):
            freeze_outside_of_a_write(process.pid, self.folder / "jobs.db")
        else:
            freeze(process.pid)

    async def job(self, job_id: str) -> Job:
        """Return the job with everything the store knows."""
        return await self.ferry.job(job_id).info()

    def witnessed(self) -> Counter[str]:
        """Return how often each "start <id>" and "end <id>" was witnessed."""
        path = self.folder / "witness.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        return Counter(line.rsplit(" ", 1)[0] for line in lines)

    async def close(self) -> None:
        """Kill what still runs and close the store."""
        for process in self._processes:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGCONT)
                self.kill(process)
        await self.ferry.close()
        # For connections that were closed a moment ago, which end in the next round of the loop.
        await asyncio.sleep(0.01)


async def until(condition: Callable[[], Awaitable[bool]], what: str, within: float = 30) -> None:
    """Return once the condition holds; fails after `within` seconds. For real processes, which send no signal."""
    try:
        async with asyncio.timeout(within):
            while not await condition():  # noqa: ASYNC110  # another process makes it true
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"after {within:g} s it is still not so that {what}") from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

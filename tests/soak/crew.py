"""The processes of a soak: Ferryman's own and Redis, started again whenever they are gone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from ferryman import Ferryman
from tests.faults.site import until
from tests.freezing import freeze, freeze_outside_of_a_write
from tests.servers.redis_server import EVERYSEC, RedisServer
from tests.soak.http import Connection

ROOT = Path(__file__).resolve().parents[2]
APP = "tests.soak.soak_tasks:ferry"
#: Short, so that a store stays small and a frozen worker is soon past its lease.
LEASE = 5.0
KEPT = 60.0


class Member:
    """One process after the other under one name; `life` counts them."""

    def __init__(self, name: str, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.life = 0
        self.log = folder / f"{name}.log"
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the running process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start a new life."""
        self.life += 1
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.log.parent,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def fell(self) -> int | None:
        """Return how the process ended, None while it runs."""
        return None if self._process is None else self._process.poll()

    async def terminate(self) -> int:
        """Ask it to end and return its exit code; one that is only starting is waited for, as it knows no better."""

        async def listens() -> bool:
            caught = Path(f"/proc/{self.pid}/status").read_text().partition("SigCgt:")[2].split()
            return not caught or bool(int(caught[0], 16) >> (signal.SIGTERM - 1) & 1)

        await until(listens, f"{self.name} listens for SIGTERM")
        self.signal(signal.SIGTERM)
        return await self.ended()

    def signal(self, number: int) -> None:
        """Send a signal to the process and all it started."""
        os.killpg(self.pid, number)

    async def kill(self) -> None:
        """Kill it without a last word."""
        self.signal(signal.SIGKILL)
        await self.ended()

    async def ended(self, within: float = 60.0) -> int:
        """Wait for its end and return its exit code."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.wait, within)


class Crew:
    """A server, two workers, and with `redis` the store's own server; `source` is where `ferryman` is imported from."""

    def __init__(self, folder: Path, *, redis: bool, source: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.redis = RedisServer(folder / "redis", "redis-7.0", EVERYSEC) if redis else None
        self.redis_life = 0
        self.url = self.redis.url if self.redis else f"sqlite:///{folder}/jobs.db"
        self.witnesses = folder / "witnesses"
        environment = {
            **os.environ,
            "FERRYMAN_URL": self.url,
            "FERRYMAN_LEASE": str(LEASE),
            "FERRYMAN_KEEP_COMPLETED": str(KEPT),
            "SOAK_WITNESSES": str(self.witnesses),
            "PYTHONPATH": f"{source}{os.pathsep}{ROOT}",
        }
        ferryman = [sys.executable, "-m", "ferryman"]
        self.server = Member("server", [*ferryman, "serve", APP, "--port", str(self.port)], folder, environment)
        #: The first worker is never killed, so that its memory can be followed over the whole run.
        self.spared, self.other = [
            Member(name, [*ferryman, "worker", APP], folder, environment) for name in ("worker-1", "worker-2")
        ]
        self.ferry = Ferryman(self.url, lease=LEASE, keep_completed=KEPT)

    @property
    def members(self) -> tuple[Member, ...]:
        """Ferryman's processes."""
        return self.server, self.spared, self.other

    async def start(self) -> None:
        """Start everything and return once the server answers."""
        if self.redis is not None:
            await self.start_redis()
        for member in self.members:
            member.start()
        await self.until_it_serves()

    async def start_redis(self) -> None:
        """Start a new life of Redis, and return once it has read its data."""
        assert self.redis is not None
        self.redis_life += 1
        await asyncio.to_thread(self.redis.start)

    async def until_it_serves(self) -> None:
        """Wait until the server answers."""
        connection = Connection(self.port)

        async def answers() -> bool:
            try:
                return (await connection.ask("GET", "/livez"))[0] == 200
            except (OSError, EOFError):
                return False

        await until(answers, "the server answers", within=60)
        connection.cut()

    async def freeze(self, member: Member) -> None:
        """Freeze a process; on SQLite outside of a write."""
        if self.redis is not None:
            freeze(member.pid)
        else:
            await asyncio.to_thread(freeze_outside_of_a_write, member.pid, self.folder / "jobs.db")

    async def stop(self) -> dict[str, int]:
        """Ask Ferryman's processes to end, and return their exit codes."""
        codes = await asyncio.gather(*[member.terminate() for member in self.members])
        return {member.name: code for member, code in zip(self.members, codes, strict=True)}

    async def close(self) -> None:
        """Kill what still runs."""
        for member in self.members:
            if member.life and member.fell() is None:
                member.signal(signal.SIGCONT)
                await member.kill()
        await self.ferry.close()
        if self.redis is not None:
            self.redis.stop()
        # For connections that were closed a moment ago, which end in the next round of the loop.
        await asyncio.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

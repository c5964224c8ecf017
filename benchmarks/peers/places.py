"""Where a system's jobs live while it is measured: a server or a file of our own, fresh for each system."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.waiting import wait_until
from tests.servers.redis_server import VOLATILE, RedisServer, free_port


@dataclass(frozen=True)
class Spent:
    """What a Redis has used: seconds of processor time, commands (those in scripts too), calls, bytes of memory."""

    cpu: float = 0.0
    commands: float = 0.0
    calls: float = 0.0
    memory: float = 0.0

    def __sub__(self, before: Spent) -> Spent:
        return Spent(
            self.cpu - before.cpu,
            self.commands - before.commands,
            self.calls - before.calls,
            self.memory - before.memory,
        )


class Place:
    """A place for jobs; only a Redis tells what it spends."""

    url: str
    #: Whether `spent` tells anything.
    tells = False

    def empty(self) -> None:
        """Throw all jobs away."""

    def spent(self) -> Spent:
        """Return what the server has used since its start."""
        return Spent()


class RedisPlace(Place):
    """A Redis that keeps nothing on disk."""

    tells = True

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self.url = server.url

    def empty(self) -> None:
        self._server.ask("FLUSHALL", "SYNC")

    def spent(self) -> Spent:
        text = self._server.ask("INFO", "everything")
        lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        calls = {name: float(text.split("calls=")[1].split(",")[0]) for name, text in lines.items() if "calls=" in text}
        # INFO is ours: a command, and two reads, as the end of its connection counts as one.
        infos = calls.get("cmdstat_info", 0)
        commands, reads = sum(calls.values()) - infos, float(lines["total_reads_processed"]) - 2 * infos
        cpu = float(lines["used_cpu_sys"]) + float(lines["used_cpu_user"])
        return Spent(cpu, commands, reads, float(lines["used_memory"]))


class FilePlace(Place):
    """A folder for a SQLite file; a new name each time, since processes of the last measure may still close theirs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self.empty()

    def empty(self) -> None:
        self._number += 1
        self.url = f"sqlite:///{self._folder}/jobs-{self._number}.db"


class PostgresPlace(Place):
    """A database of a server; its tables are made by the system's `prepare`, which first drops what there is."""

    def __init__(self, url: str) -> None:
        self.url = url


@contextmanager
def redis(folder: Path) -> Iterator[Place]:
    """Run a Redis."""
    server = RedisServer(folder, "redis-7.0", VOLATILE).start()
    try:
        yield RedisPlace(server)
    finally:
        server.stop()


@contextmanager
def sqlite(folder: Path) -> Iterator[Place]:
    """Give a folder on a real disk."""
    yield FilePlace(folder)


def postgres_program(name: str) -> str | None:
    """Return the path of one of PostgreSQL's programs, where Debian puts them too."""
    homes = [str(home) for home in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return shutil.which(name, path=os.pathsep.join([*homes, os.environ.get("PATH", "")]))


@contextmanager
def postgres(folder: Path) -> Iterator[Place]:
    """Run a PostgreSQL with its default durability, as an unprivileged user, since it refuses to run as root."""
    # Others may not enter the folder of the run, so the data has one of its own.
    with tempfile.TemporaryDirectory(prefix="ferryman-postgres-") as home:
        user: list[str] = []
        if os.getuid() == 0:
            shutil.chown(home, "nobody")
            user = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
        data, port = f"{home}/data", free_port()
        programs = [postgres_program(name) for name in ("initdb", "postgres", "pg_isready")]
        initdb, server, ready = [str(program) for program in programs]
        make = [*user, initdb, "-D", data, "-U", "bench", "-A", "trust", "--no-instructions"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd="/")
        with (folder / "postgres.log").open("ab") as log:
            start = [*user, server, "-D", data, "-p", str(port), "-k", home, "-h", "127.0.0.1"]
            process = subprocess.Popen(start, stdout=log, stderr=log, cwd="/")
        try:
            ask = [ready, "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "bench"]
            wait_until(lambda: subprocess.run(ask).returncode == 0, 30, "PostgreSQL does not start")
            yield PostgresPlace(f"postgresql://bench@127.0.0.1:{port}/postgres")
        finally:
            process.terminate()
            process.wait(30)


PLACES: dict[str, Callable[[Path], AbstractContextManager[Place]]] = {
    "redis": redis,
    "sqlite": sqlite,
    "postgres": postgres,
}

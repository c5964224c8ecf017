"""A system's programs while it is measured: a client that is told what to submit, and worker processes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.environments import BENCH, ROOT, interpreter
from benchmarks.peers.machine import cpu_seconds, fine_cpu_seconds, tree
from benchmarks.peers.peer import Peer

#: Longest that one request to a client may take, in seconds.
PATIENCE = 120
SLOTS = 100


@dataclass(frozen=True)
class Site:
    """A system, where its jobs live, and how many there will be, so that each start has a place in a file."""

    peer: Peer
    url: str
    marks: Path
    jobs: int
    task: str = "noop"

    def command(self, *words: str) -> list[str]:
        """Return what starts a program of the system."""
        program = interpreter(self.peer.environment)
        if not self.peer.python:
            return [*program, str(BENCH / "envs" / "bullmq" / "bullmq.mjs"), *words]
        return [*program, "-m", "benchmarks.peers.systems", self.peer.system, *words]

    def environ(self) -> dict[str, str]:
        """Return the environment of the system's programs."""
        own = {
            "BENCH_URL": self.url,
            "BENCH_MARKS": str(self.marks),
            "BENCH_JOBS": str(self.jobs),
            "BENCH_TASK": self.task,
            "BENCH_SLOTS": str(SLOTS),
            "BENCH_VARIANT": self.peer.variant,
            "FERRYMAN_URL": self.url,
        }
        return {**os.environ, **own}

    def log(self) -> Path:
        """Return the file for what its programs say."""
        return self.marks / "log"


class Failed(Exception):
    """A system did not do what it was asked."""


class Client:
    """Asks the system's client program."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log

    def ask(self, verb: str, *numbers: int) -> dict[str, Any]:
        """Send one request and return the answer; raises Failed with the program's last words."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(" ".join([verb, *map(str, numbers)]) + "\n")
            self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("{"):  # a library may print something too
                answer: dict[str, Any] = json.loads(line)
                return answer
        raise Failed(f"its client ended: {last_words(self._log)}")


def last_words(log: Path) -> str:
    """Return the end of a log."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return " / ".join(lines[-2:])[-300:] or "it said nothing"


@contextmanager
def client(site: Site) -> Iterator[Client]:
    """Run the system's client."""
    with site.log().open("ab") as log:
        process = subprocess.Popen(
            site.command("client"),
            cwd=ROOT,
            env=site.environ(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        yield Client(process, site.log())
        assert process.stdin is not None
        process.stdin.close()  # the end of its requests
        process.wait(10)
    finally:
        _stop([process])


class Workers:
    """Running worker processes, with all that they have started."""

    def __init__(self, programs: list[subprocess.Popen[bytes]], log: Path) -> None:
        self._programs = programs
        self._log = log

    def cpu(self) -> float:
        """Return the processor time of them all so far, in seconds."""
        return sum(cpu_seconds(tree(program.pid)) for program in self._programs)

    def fine_cpu(self) -> float:
        """Return the same more precisely, for workers whose threads do not come and go."""
        return sum(fine_cpu_seconds(tree(program.pid)) for program in self._programs)

    def check(self) -> None:
        """Raise Failed when one has ended."""
        for program in self._programs:
            if program.poll() is not None:
                raise Failed(f"a worker ended with {program.returncode}: {last_words(self._log)}")


@contextmanager
def workers(site: Site, processes: int) -> Iterator[Workers]:
    """Run worker processes."""
    programs: list[subprocess.Popen[bytes]] = []
    count, each = (1, processes) if site.peer.forks else (processes, 1)
    try:
        with site.log().open("ab") as log:
            for _ in range(count):
                command = site.command("worker", str(each))
                process = subprocess.Popen(
                    command, cwd=ROOT, env=site.environ(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
                programs.append(process)
        yield Workers(programs, site.log())
    finally:
        _stop(programs)


def _stop(programs: list[subprocess.Popen[Any]]) -> None:
    """Kill programs and all that they started: what was measured is measured, and nobody needs what is left."""
    for pid in [pid for program in programs if program.poll() is None for pid in tree(program.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for program in programs:
        program.wait(10)
        for stream in (program.stdin, program.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

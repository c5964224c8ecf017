"""Real Ferryman processes for a measurement: started on a store, waited for, and gone when it is over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import IO

from ferryman.bench.machine import cpu_seconds
from ferryman.bench.tasks import APP
from ferryman.config import Settings

#: How long a process may take to end when it is asked to, in seconds.
_PATIENCE = 30.0
#: The settings that decide what a job costs, or whether it is still there to be counted.
_PASSED_ON = ("url", "durability", "replicas", "fsync", "allow_volatile", "lease", "keep_completed")
#: Jobs that a measured worker process runs at a time.
SLOTS = 100


class ProcessFell(Exception):
    """A process that was measured ended by itself; the text is the last it said."""


@dataclass(slots=True)
class Running:
    """One process, and what it has said on stderr: JSON lines."""

    process: asyncio.subprocess.Process
    log: IO[bytes]
    said: list[dict[str, object]] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    def listen(self) -> None:
        """Read what it has said so far; what is no JSON stands as a message."""
        self.log.seek(0)
        self.said = [_read(line) for line in self.log.read().decode(errors="replace").splitlines()]

    def check(self) -> None:
        """Raise `ProcessFell` when it has ended."""
        if self.process.returncode is not None:
            self.listen()
            words = " ".join(str(line.get("message", "")) for line in self.said[-3:])
            raise ProcessFell(f"exit code {self.process.returncode}: {words or 'it said nothing'}")


def _read(line: str) -> dict[str, object]:
    try:
        said = json.loads(line)
    except ValueError:
        return {"message": line}
    return said if isinstance(said, dict) else {"message": line}


@asynccontextmanager
async def ferryman(settings: Settings, *words: str) -> AsyncIterator[Running]:
    """Run a ferryman command on the store of these settings while the body runs; after an error it is killed.

    The URL goes by the environment: a command line can be read by everyone on the machine. The process ends with
    this one, however this one ends (`cli/child.py`), and Ctrl-C does not reach it.
    """
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "ferryman.cli.child", *words),
            env=os.environ | environment(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
        running = Running(process, log)
        try:
            yield running
            await _end(process)
            running.listen()
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


def environment(settings: Settings) -> dict[str, str]:
    """Return what makes a process keep its jobs where and as these settings say."""
    said = {name: str(getattr(settings, name)) for name in _PASSED_ON}
    return {f"FERRYMAN_{name.upper()}": value for name, value in said.items()} | {"FERRYMAN_LOG": "json"}


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _PATIENCE)


class Workers:
    """Worker processes that run the tasks of this package."""

    def __init__(self, running: Sequence[Running]) -> None:
        self.running = running

    def check(self) -> None:
        """Raise `ProcessFell` when one of them has ended."""
        for one in self.running:
            one.check()

    def cpu(self) -> float | None:
        """Return the processor time of all of them, None where the system does not tell."""
        known = [seconds for one in self.running if (seconds := cpu_seconds(one.pid)) is not None]
        return sum(known) if known else None

    @property
    def runs(self) -> int:
        """How many attempts they have run and reported, by their last words: known once they have ended."""
        said = [line for one in self.running for line in one.said if line.get("event") == "WorkerStopped"]
        return sum(int(str(line["finished"])) for line in said)


@asynccontextmanager
async def workers(settings: Settings, processes: int = 1) -> AsyncIterator[Workers]:
    """Run worker processes while the body runs."""
    words = ("worker", "--app", APP, "--concurrency", str(SLOTS))
    async with contextlib.AsyncExitStack() as stack:
        yield Workers([await stack.enter_async_context(ferryman(settings, *words)) for _ in range(processes)])

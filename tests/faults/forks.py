"""Real processes at the price of a fork: one parent has imported everything, its children run what a command runs.

Each child is a group of its own with the real signals, the real loops and threads; it dies with its parent.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from ferryman import failpoints
from tests.architecture.repository import ROOT
from tests.faults.fault_tasks import ferry
from tests.faults.mortal import die_with_parent


@cache
def _forks() -> ForkServerContext:
    """Start the parent of all; it imports what is named here, so that its children need not."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "tests.faults.mortal_parent", "tests.faults.roles"])
    # It looks for modules before it is told our path.
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(ROOT), *sys.path]))
    return context


@dataclass
class Fork:
    """One process that runs `role(*said)` in `folder`, on the store at `url`, with a failpoint armed or none."""

    folder: Path
    url: str
    role: Callable[..., Any]
    said: tuple[Any, ...] = ()
    failpoint: str | None = None
    lease: float = 1.0
    name: str = "worker"
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> Fork:
        """Start it; belongs to the running loop."""
        target = (str(self.folder), self.name, self.url, self.lease, self.failpoint, self.role, self.said)
        self._process = _forks().Process(target=_live, args=target)
        self._process.start()
        asyncio.get_running_loop().add_reader(self._process.sentinel, self._note_end)
        return self

    def _note_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        self.gone.set()

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def code(self) -> int | None:
        """How it ended: the exit code, negative for a signal; None while it lives."""
        return self._process.exitcode if self.gone.is_set() else None

    @property
    def said_so_far(self) -> str:
        """What it wrote to its log."""
        return (self.folder / f"{self.name}.log").read_text() if self.logged else ""

    @property
    def logged(self) -> bool:
        """Whether it has written anything."""
        path = self.folder / f"{self.name}.log"
        return path.exists() and path.stat().st_size > 0

    @property
    def frozen(self) -> bool:
        """Whether it was stopped."""
        with contextlib.suppress(OSError):
            return " T " in Path(f"/proc/{self.pid}/stat").read_text()
        return False

    @property
    def struck(self) -> bool:
        """Whether it is dead or frozen."""
        return self.gone.is_set() or self.frozen

    def tell(self, number: int) -> None:
        """Send it a signal, unless it is gone."""
        if not self.gone.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def ended(self, within: float) -> bool:
        """Wait for its end; False when that takes too long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.gone.wait(), within)
        return self.gone.is_set()

    async def close(self) -> None:
        """Kill it and all it started, whatever they do."""
        self.tell(signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self.gone.wait()


def _live(
    folder: str, name: str, url: str, lease: float, failpoint: str | None, role: Callable[..., Any], said: Any
) -> None:
    """Be a process of its own: what a shell would have set up for a command."""
    die_with_parent()
    os.setsid()
    os.chdir(folder)
    log = os.open(f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    ferry.use_url(url)
    ferry.settings = ferry.settings.replace(lease=lease, allow_volatile=True)
    failpoints.arm(failpoint)
    role(*said)

"""What a system has to offer to be measured, and what its jobs do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from benchmarks.peers.systems.marks import started

#: Where its jobs live.
URL = os.environ.get("BENCH_URL", "")
#: Jobs that a worker process runs at a time, where the system has such a number.
SLOTS = int(os.environ.get("BENCH_SLOTS", "100"))
#: Which of several ways to run the system is measured.
VARIANT = os.environ.get("BENCH_VARIANT", "")
#: Whether results are kept by systems that keep none unless told to.
RESULTS = os.environ.get("BENCH_TASK") == "echo"

#: A job's arguments: its number, and for `echo` a text.
Call = tuple[int] | tuple[int, str]


def noop(number: int) -> None:
    """Do nothing but count."""
    started(number)


def echo(number: int, text: str) -> str:
    """Count, and return the argument."""
    started(number)
    return text


class System:
    """A job queue. Its two tasks, `noop` and `echo`, are declared in the way of the system, in its file.

    Methods of systems that block are coroutines too: they then serve one caller at a time. Threads were slower.
    """

    #: How many single submits are in flight when there is no way to submit many in one call.
    width = 100

    async def prepare(self) -> None:
        """Make in an empty store what must be there before a job: tables, for one."""

    async def open(self) -> None:
        """Connect."""

    async def submit(self, task: str, call: Call) -> None:
        """Submit one job; return when it is stored."""
        raise NotImplementedError

    async def submit_many(self, task: str, calls: Sequence[Call]) -> None:
        """Submit jobs in the fastest way that the system has."""
        for first in range(0, len(calls), self.width):
            await asyncio.gather(*[self.submit(task, call) for call in calls[first : first + self.width]])

    async def close(self) -> None:
        """Disconnect."""

    def work(self, processes: int) -> None:
        """Run jobs until a signal to stop; `processes` is more than one only for a system that forks its workers."""
        raise NotImplementedError

"""Ferryman, with results kept, leases, fencing, history and retries: there is no way to turn them off."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from benchmarks.peers.systems.interface import SLOTS, URL, Call, System
from benchmarks.peers.systems.marks import started
from ferryman import Ferryman

# A Redis that is measured without its append-only file is what peers are measured on.
ferry = Ferryman(URL or None, concurrency=SLOTS, allow_volatile=True)


@ferry.task
async def noop(number: int) -> None:
    """Do nothing but count."""
    started(number)


@ferry.task
async def echo(number: int, text: str) -> str:
    """Count, and return the argument."""
    started(number)
    return text


@ferry.task
async def ping() -> None:
    """Do nothing; what HTTP requests submit."""


TASKS = {"noop": noop, "echo": echo}


class FerrymanSystem(System):
    """One client for its event loop."""

    async def submit(self, task: str, call: Call) -> None:
        await TASKS[task].submit(*call)

    async def submit_many(self, task: str, calls: Sequence[Call]) -> None:
        describe = TASKS[task].job
        await ferry.submit([describe(*call) for call in calls])

    async def close(self) -> None:
        await ferry.close()

    def work(self, processes: int) -> None:
        os.execv(sys.executable, [sys.executable, "-m", "ferryman", "worker", f"{__name__}:ferry"])


system = FerrymanSystem()

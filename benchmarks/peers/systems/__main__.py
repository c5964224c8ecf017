"""The program that runs in a system's environment: `python -m benchmarks.peers.systems NAME client|worker [PROCESSES]`.

A client reads requests from its standard input, one a line, and answers each with a line of JSON:
`prepare`, `sequential FIRST COUNT`, `concurrent FIRST COUNT`, `bulk FIRST COUNT`, `paced FIRST COUNT PER_SECOND`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.peers.systems.interface import Call, System

TASK = os.environ.get("BENCH_TASK", "noop")
TEXT = "x" * 1_000
CALLERS = 100


def call_of(number: int) -> Call:
    """Return the arguments of the job of this number."""
    return (number, TEXT) if TASK == "echo" else (number,)


async def sequential(system: System, first: int, count: int) -> None:
    """One caller that awaits each submit."""
    for number in range(first, first + count):
        await system.submit(TASK, call_of(number))


async def concurrent(system: System, first: int, count: int) -> None:
    """A hundred callers that each await one submit after the other."""
    numbers = iter(range(first, first + count))

    async def caller() -> None:
        for number in numbers:
            await system.submit(TASK, call_of(number))

    await asyncio.gather(*[caller() for _ in range(CALLERS)])


async def bulk(system: System, first: int, count: int) -> None:
    """All in the fastest way there is."""
    await system.submit_many(TASK, [call_of(number) for number in range(first, first + count)])


async def paced(system: System, first: int, count: int, per_second: int) -> list[int]:
    """At an even pace; returns when each was submitted."""
    asked = []
    begin = time.monotonic()
    for number in range(first, first + count):
        await asyncio.sleep(max(0.0, begin + (number - first) / per_second - time.monotonic()))
        asked.append(time.monotonic_ns())
        await system.submit(TASK, call_of(number))
    return asked


VERBS: dict[str, Callable[..., Awaitable[Any]]] = {
    "sequential": sequential,
    "concurrent": concurrent,
    "bulk": bulk,
    "paced": paced,
}


async def client(system: System) -> None:
    """Answer requests until there are none."""
    opened = False
    # Nobody else needs the loop while this waits for a line.
    for line in sys.stdin:
        verb, *numbers = line.split()
        if verb == "prepare":
            await system.prepare()
            answer: dict[str, Any] = {}
        else:
            if not opened:
                await system.open()
                opened = True
            answer = await timed(VERBS[verb], system, [int(number) for number in numbers])
        print(json.dumps(answer), flush=True)
    if opened:
        await system.close()


async def timed(verb: Callable[..., Awaitable[Any]], system: System, numbers: list[int]) -> dict[str, Any]:
    """Do it, and return its time and this process's processor time in seconds beside what it gave."""
    cpu, begin = time.process_time(), time.perf_counter()
    given = await verb(system, *numbers)
    return {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu, "given": given}


def run(main: Any) -> None:
    """Run a coroutine on uvloop where the system's environment has it."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


if __name__ == "__main__":
    name, role, *rest = sys.argv[1:]
    chosen: System = importlib.import_module(f"benchmarks.peers.systems.{name}").system
    if role == "worker":
        chosen.work(int(rest[0]))
    else:
        run(client(chosen))

"""Runs the measurements and prints each figure beside its goal: `make bench`, or `make bench ARGS=drain`."""

from __future__ import annotations

import asyncio
import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks import lists, measures, redis_measures, streams
from benchmarks.stores import KINDS, Measured
from ferryman import __version__
from ferryman.runtime import loop_factory

Measure = Callable[[], Coroutine[Any, Any, measures.Figures]]

MEASURES: dict[str, Measure] = {
    "bulk": measures.bulk_submit,
    "concurrent": measures.concurrent_submits,
    "sequential": measures.sequential_submits,
    "drain": measures.drain,
    "drain2": measures.drain_two,
    "latency": measures.latency,
    "http": measures.http_submits,
    "growth": measures.growth,
    "memory": measures.flat_memory,
    "idle": measures.idle,
    "starting": measures.starting,
    "lists": lists.lists,
    "streams": streams.streams,
}

ON_REDIS: dict[str, Measure] = {
    "costs": redis_measures.costs,
    "drain-costs": redis_measures.drain_reads,
    "room": redis_measures.room,
    "depth": redis_measures.depth,
    "herd": redis_measures.herd,
    "idle-commands": redis_measures.idle_commands,
}

#: What we want on two cores, SQLite FULL: at least for rates, at most for the rest.
GOALS = {
    "bulk submit, jobs/s": 40_000,
    "100 concurrent submits, jobs/s": 5_000,
    "drain, 1 worker process, jobs/s": 8_000,
    "submit to start, p50, ms": 10,
    "its growth from job 50,000 to 200,000, MiB": 4,
    "idle worker, % of a core": 1,
    "ferryman --help, ms": 200,
    "import ferryman, ms": 100,
    "what 500 streams added at most, MiB": 64,
    "which is less by, %": 10,
    "Redis processor time per job, us": 25,
    "commands in Redis per job": 12,
    "network reads of Redis per job": 0.1,
    "memory per waiting job, bytes": 400,
    "1,000,000 due at once: all claimable after, s": 30,
    "longest wait of a bystander's command, ms": 50,
    "idle worker, calls/s": 1,
}


def show(figure: str, value: float) -> None:
    """Print one line: figure, value, goal and whether it was met."""
    goal = GOALS.get(figure, lists.GOAL if figure.endswith(lists.WORST) else None)
    if goal is None:
        verdict = ""
    else:
        at_least = figure.endswith("jobs/s")
        met = value >= goal if at_least else value <= goal
        verdict = f"goal {'>=' if at_least else '<='} {goal:,}  {'met' if met else 'MISSED'}"
    print(f"{figure:<46} {value:>12,.{1 if value >= 2 else 2}f}  {verdict}", flush=True)


async def main(store: str, names: list[str]) -> None:
    """Run the named measurements on a store, all that are for it without names."""
    if store not in KINDS:
        sys.exit(f"no store is named {store!r}; there are: {', '.join(KINDS)}")
    Measured.kind = KINDS[store]
    known = MEASURES if Measured.kind is None else MEASURES | ON_REDIS
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no measurement is named {unknown[0]!r}; there are: {', '.join(known)}")
    kind = f"SQLite {sqlite3.sqlite_version} (write-ahead log, synchronous=FULL)" if Measured.kind is None else store
    print(
        f"ferryman {__version__}, Python {platform.python_version()}, {kind}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}"
    )
    for name in names or known:
        for figure, value in (await known[name]()).items():
            show(figure, value)


if __name__ == "__main__":
    words = sys.argv[1:]
    chosen = words.pop(words.index("--store") + 1) if "--store" in words[:-1] else "sqlite"
    # The loop that a service has, under uvicorn.
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(main(chosen, [word for word in words if word != "--store"]))

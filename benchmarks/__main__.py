"""Runs the measurements and prints each figure beside its goal: `make bench`, or `make bench ARGS=drain`."""

from __future__ import annotations

import asyncio
import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks import measures
from ferryman import __version__

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
}


def show(figure: str, value: float) -> None:
    """Print one line: figure, value, goal and whether it was met."""
    goal = GOALS.get(figure)
    if goal is None:
        verdict = ""
    else:
        met = value >= goal if figure.endswith("/s") else value <= goal
        verdict = f"goal {'>=' if figure.endswith('/s') else '<='} {goal:,}  {'met' if met else 'MISSED'}"
    print(f"{figure:<46} {value:>12,.1f}  {verdict}", flush=True)


async def main(names: list[str]) -> None:
    """Run the named measurements, all without names."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        sys.exit(f"no measurement is named {unknown[0]!r}; there are: {', '.join(MEASURES)}")
    print(
        f"ferryman {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} "
        f"(write-ahead log, synchronous=FULL), {os.cpu_count()} cores, {platform.system()} {platform.release()}"
    )
    for name in names or MEASURES:
        for figure, value in (await MEASURES[name]()).items():
            show(figure, value)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))

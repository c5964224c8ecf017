"""Writes what a run came to into the documentation: a page of tables and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import plot, tables
from benchmarks.peers.environments import ROOT
from benchmarks.peers.summary import BUSY, Failure, Summary

FOLDER = ROOT / "docs" / "explanation"


@dataclass(frozen=True)
class Circumstances:
    """When, where and how a run was made."""

    date: str
    machine: str
    passes: int
    versions: dict[str, str]
    #: What serves the measured servers, and what loads them.
    tools: str


INTRODUCTION = """# Beside other queues

Written by `make bench-peers`; [how fast Ferryman is](performance.md) says what decides these figures, and what we lose.

![Jobs per second of each system on a logarithmic scale](peers.svg)

{date}, on {machine}; {tools}.

{passes} (at most three for the 1 kB task and idle workers); each pass measures all systems, in an order of
its own. Every job is counted: a figure whose jobs did not all run exactly once is a failure. Compare systems within
this run: client, workers and server share the cores, and rates drift from day to day.

* Each job runs a task that does nothing but note when it started. *1 kB*: an argument and a result of 1,000 letters,
  results kept by all that can.
* A drain counts from the first start to the last. A system that cannot submit many jobs in one call has 100 submits in
  flight instead; one that blocks has one.
* *us* are microseconds of processor time per job. Those of Redis are from submit, by 100 callers, to finish; its
  commands inside scripts count.
* `bare` is redis-py alone doing the Redis work of a queue with leases and results, without retries, history, recovery
  and all else: the ceiling. It submits a job with one RPUSH, so callers who share a command can be faster than it.
  `bare-blpop` waits for one job at a time.
* HTTP requests come over 32 kept connections to one server process; there `bare` is FastAPI and one Redis command.

Rates are not like for like: some of these systems lose what a worker held when it dies, and most keep less of a job
than Ferryman does. The last table says what each promises, by its own code and documentation.
"""

DISTURBED = f"""Samples during which other programs kept more than {BUSY} cores busy are left out; a star marks a figure
that has no other.
"""


def text(summary: Summary, how: Circumstances) -> str:
    """Return the page."""
    passes = "One pass" if how.passes == 1 else f"Medians of {how.passes} passes"
    parts = [INTRODUCTION.format(date=how.date, machine=how.machine, tools=how.tools, passes=passes)]
    for table in [*tables.figures(summary), tables.systems(summary, how.versions)]:
        parts.append(f"## {table.title}\n\n{table.markdown()}\n")
    parts.append(DISTURBED)
    if failures := summary.failures():
        parts.append("## What failed\n\n" + "\n".join(map(_failure, failures)) + "\n")
    return "\n".join(parts)


def _failure(failure: Failure) -> str:
    passes = "one pass" if failure.passes == 1 else f"{failure.passes} passes"
    return f"* {failure.peer}, {failure.measure}, in {passes}: {' '.join(failure.error.split())[:200]}"


def write(summary: Summary, how: Circumstances, folder: Path = FOLDER) -> Sequence[Path]:
    """Write both files and return them."""
    page, picture = folder / "peers.md", folder / "peers.svg"
    page.write_text(text(summary, how))
    picture.write_text(plot.svg(summary))
    return page, picture

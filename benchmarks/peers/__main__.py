"""Measures all systems side by side: `make bench-peers`, or `make bench-peers ARGS="--only saq,bare --quick"`."""

from __future__ import annotations

import argparse
import json
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table as RichTable

from benchmarks.peers import http, machine, page, tables
from benchmarks.peers.catalog import CATALOG
from benchmarks.peers.environments import BENCH, Unavailable, interpreter, versions
from benchmarks.peers.peer import Peer
from benchmarks.peers.places import PLACES, postgres_program
from benchmarks.peers.stages import MEASURES, PASSES, Round, measured
from benchmarks.peers.summary import BUSY, Row, Summary, number

SEED = 5
#: A log has no width of its own.
console = Console(width=None if sys.stdout.isatty() else 140)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=__doc__)
    parser.add_argument("--only", type=words, default=None, metavar="A,B", help="these systems")
    parser.add_argument("--measures", type=words, default=None, metavar="A,B", help=", ".join(sorted(MEASURES)))
    parser.add_argument("--repeat", type=int, default=5, metavar="N", help="passes over all systems; the median counts")
    parser.add_argument("--quick", action="store_true", help="a tenth of the jobs")
    parser.add_argument("--write-docs", action="store_true", help="write docs/explanation/peers.md and its plot")
    parser.add_argument("--results", type=Path, metavar="FILE", help="measure nothing, show an earlier run")
    chosen = parser.parse_args()
    for given, known in ((chosen.only, {peer.name for peer in CATALOG}), (chosen.measures, MEASURES)):
        if unknown := set(given or ()) - known:
            parser.error(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(known))}")
    return chosen


def words(text: str) -> list[str]:
    """Split at commas."""
    return text.split(",")


def ready(peers: list[Peer]) -> tuple[list[Peer], dict[str, str], list[Row]]:
    """Make environments; return what can be measured, versions, and a row for each system that cannot be."""
    able, found, rows = [], {}, []
    for peer in peers:
        console.print(f"[dim]preparing {peer.name}")
        try:
            if peer.store == "postgres" and postgres_program("initdb") is None:
                raise Unavailable("needs PostgreSQL")
            interpreter(peer.environment)
            found[peer.name] = versions(peer.environment, peer.packages)
        except Unavailable as failure:
            rows.append(Row(0, peer.name, "environment", error=str(failure)))
            console.print(f"[red]{peer.name} is left out: {failure}")
        else:
            able.append(peer)
    return able, found, rows


def passes(peers: list[Peer], names: frozenset[str], repeat: int, scale: float) -> Iterator[tuple[Peer, Iterator[Row]]]:
    """Yield for each pass each system, in a new order each time, with its rows to come."""
    for turn in range(repeat):
        order = list(peers)
        random.Random(SEED + turn).shuffle(order)
        wanted = frozenset(name for name in names if turn < PASSES.get(name, repeat))
        for peer in order:
            yield peer, rows_of(peer, turn, wanted, scale)


def rows_of(peer: Peer, turn: int, names: frozenset[str], scale: float) -> Iterator[Row]:
    """Measure one system once."""
    BENCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=BENCH) as folder:
        try:
            with PLACES[peer.store](Path(folder)) as place:
                for measure, sample in measured(Round(peer, place, Path(folder), scale, names)):
                    if isinstance(sample, str):
                        yield Row(turn, peer.name, measure, error=sample)
                    else:
                        yield Row(turn, peer.name, measure, sample.figures, sample.foreign)
        except Exception as failure:  # one that cannot even start must not end the run of the others
            yield Row(turn, peer.name, "place", error=f"{type(failure).__name__}: {failure}")


def measure_all(peers: list[Peer], names: frozenset[str], repeat: int, scale: float) -> list[Row]:
    """Measure, showing how far it is."""
    rows: list[Row] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("starting", total=len(peers) * repeat)
        for peer, found in passes(peers, names, repeat, scale):
            progress.update(bar, description=f"{peer.name:<16}")
            for row in found:
                rows.append(row)
                tell(row)
            progress.advance(bar)
    return rows


def tell(row: Row) -> None:
    """Print one sample."""
    if row.error:
        console.print(f"{row.turn + 1} {row.peer:<16} {row.measure:<11} [red]failed: {row.error}", highlight=False)
        return
    shown = "  ".join(f"{name} {number(value)}" for name, value in list(row.figures.items())[:4])
    busy = f"  [yellow]others kept {row.foreign:.1f} cores busy" if row.foreign > BUSY else ""
    console.print(f"{row.turn + 1} {row.peer:<16} {row.measure:<11} {shown}{busy}", highlight=False)


def tools() -> str:
    """Name what all systems share."""
    server = subprocess.check_output(["redis-server", "--version"], text=True).partition("v=")[2].split()[0]
    return f"Python {platform.python_version()}, Redis {server} without an append-only file, {http.tool()}"


def show(summary: Summary) -> None:
    """Print the tables."""
    for table in tables.figures(summary):
        shown = RichTable(title=table.title, title_justify="left", title_style="bold")
        for index, heading in enumerate(table.head):
            shown.add_column(heading, justify="left" if index == 0 or table.words else "right")
        for cells in table.rows:
            shown.add_row(*[cell.replace("**", "") for cell in cells])
        console.print(shown)
    for failure in summary.failures():
        where = f"{failure.peer}, {failure.measure}, {failure.passes} times"
        console.print(f"[red]failed: {where}: {failure.error}", highlight=False)


def main() -> None:
    """Measure or read a run, show it, and write it down."""
    chosen = arguments()
    # A run that is told to stop takes its servers and workers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    if chosen.results:
        kept = json.loads(chosen.results.read_text())
        how, rows = page.Circumstances(**kept["how"]), [Row(**row) for row in kept["rows"]]
    else:
        peers = [peer for peer in CATALOG if chosen.only is None or peer.name in chosen.only]
        able, found, rows = ready(peers)
        http.install()
        how = page.Circumstances(time.strftime("%Y-%m-%d"), machine.describe(), chosen.repeat, found, tools())
        names = frozenset(chosen.measures or MEASURES)
        rows += measure_all(able, names, chosen.repeat, 0.1 if chosen.quick else 1)
        kept = {"how": asdict(how), "rows": [asdict(row) for row in rows]}
        target = BENCH / "results" / time.strftime("%Y%m%d-%H%M%S.json")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(kept))
        console.print(f"raw figures: {target}")
    summary = Summary(rows)
    show(summary)
    if chosen.write_docs:
        for path in page.write(summary, how):
            console.print(f"wrote {path}")
    if not any(row.figures for row in rows):
        sys.exit("nothing was measured")


if __name__ == "__main__":
    main()

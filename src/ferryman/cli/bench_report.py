"""What `ferryman bench` tells: the figures, what each means and what bounds it, and how far to trust them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from ferryman.bench import machine
from ferryman.bench.measures import Timed
from ferryman.bench.processes import SLOTS
from ferryman.bench.results import Counted, Results
from ferryman.cli.console import colours, is_terminal, paint
from ferryman.cli.failures import ExitCode
from ferryman.cli.output import Output, View, chosen, write_object
from ferryman.store.messages import Health
from ferryman.version import __version__

#: Others that use more of the cores than this make figures that are theirs as much as ours.
NOISY = 0.1


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name in JSON and in a table, its value and unit, and what it means."""

    name: str
    title: str
    value: float | None
    unit: str
    meaning: str

    @property
    def text(self) -> str:
        """The value as a person reads it."""
        assert self.value is not None
        digits = 0 if self.value >= 100 else 1 if self.value >= 10 else 2
        return f"{self.value:,.{digits}f}"


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run on a store, how long it took, and whether the store's work is known and counted as ours."""

    results: Results
    health: Health
    url: str
    seconds: float
    local: bool = True

    def write(self, output: Output | None) -> ExitCode:
        """Write it to stdout; return the exit code."""
        if chosen(output) is Output.TABLE:
            self._show()
        else:
            write_object(self.view(), output)
        return ExitCode.OK if self.results.counted.agrees else ExitCode.FAILED

    def view(self) -> View:
        """Return it as an object."""
        counted = self.results.counted
        return {
            "ferryman": __version__,
            "machine": machine.describe(),
            "store": {
                "url": self.url,
                "server": self._server,
                "level": self.health.level,
                "sync_ms" if self._on_disk else "round_trip_ms": round(self.results.step * 1_000, 3),
            },
            "seconds": round(self.seconds, 1),
            "foreign_load": None if self.results.foreign is None else round(self.results.foreign, 3),
            "figures": {
                figure.name: None if figure.value is None else round(figure.value, 3) for figure in self.figures()
            },
            "jobs": {
                "submitted": counted.submitted,
                "completed": counted.completed,
                "runs": counted.runs,
                "others": counted.others,
                "agree": counted.agrees,
            },
        }

    def figures(self) -> Iterator[Figure]:
        """Return the figures in their order; one that nothing tells has no value."""
        yield from self._submits()
        yield from self._drains()
        yield from self._latencies()
        yield from self._costs()

    def _submits(self) -> Iterator[Figure]:
        found = self.results
        waits = "a sync to the disk" if self._on_disk else "a way to the server and back"
        for name, title, timed, meaning in (
            (
                "sequential_submits_per_second",
                "submits, one by one",
                found.sequential,
                f"one caller awaits each; {waits} alone takes {found.step * 1_000:.2f} ms",
            ),
            (
                "concurrent_submits_per_second",
                "submits, 100 callers",
                found.concurrent,
                f"each awaits its own, they share calls; the client {_used(found.concurrent)}",
            ),
            (
                "bulk_submits_per_second",
                "submits, in bulk",
                found.bulk,
                f"5,000 described and submitted at once; the client {_used(found.bulk)}",
            ),
        ):
            yield Figure(name, title, timed.rate, "jobs/s", meaning)

    def _drains(self) -> Iterator[Figure]:
        for processes, timed in self.results.drains.items():
            plural = "es" if processes > 1 else ""
            title = f"drain, {processes} worker process{plural}"
            meaning = f"a full queue of jobs that do nothing, {SLOTS} slots each; {_used(timed)}"
            yield Figure(f"drain_{processes}_per_second", title, timed.rate, "jobs/s", meaning)

    def _latencies(self) -> Iterator[Figure]:
        known = len(self.results.latencies)
        meanings = {
            50: "from the call to the task's first line, at 100 jobs/s",
            95: "one in 20 waits longer",
            99: f"one in 100 waits longer: the worst {max(1, known // 100)} of {known:,}",
        }
        for percent, meaning in meanings.items():
            title = f"submit to start, p{percent}"
            yield Figure(f"start_p{percent}_ms", title, self.results.latency(percent) * 1_000, "ms", meaning)

    def _costs(self) -> Iterator[Figure]:
        found = self.results
        yield _cost("submit_cpu_us", "processor, submit", found.concurrent, "in the client, 100 callers")
        yield _cost("bulk_cpu_us", "processor, bulk submit", found.bulk, "in the client")
        yield _cost(
            "worker_cpu_us",
            "processor, worker",
            found.drains[1],
            f"claim, run, finish{'; SQLite included' if self._on_disk else ''}",
        )
        cpu = None if found.server_cpu is None else found.server_cpu * 1e6
        yield Figure(
            "server_cpu_us", "processor, server", cpu, "us/job", "submit to finish; whoever else uses it counts too"
        )
        yield Figure(
            "server_commands", "commands, server", found.server_commands, "per job", "those in scripts included"
        )
        yield Figure("waiting_job_bytes", "room", found.room, "bytes", "per waiting job without arguments")

    def _show(self) -> None:
        about = machine.describe()
        machines = f"{about['cores']} cores, {about['system']}, Python {about['python']}"
        print(f"{paint('Machine', 'dim', sys.stdout)}   {machines}")
        print(f"{paint('Store', 'dim', sys.stdout)}     {self.url}, {self._server}")
        print(f"{paint('Ferryman', 'dim', sys.stdout)}  {__version__}, measured for {self.seconds:.0f} s\n")
        self._table()
        print()
        for line in self._remarks():
            print(line)

    def _table(self) -> None:
        from rich.console import Console  # takes long to import
        from rich.table import Table

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, justify="right", style="bold")
        table.add_column(no_wrap=True)
        table.add_column(style="dim")
        for figure in self.figures():
            if figure.value is not None:
                table.add_row(figure.title, figure.text, figure.unit, figure.meaning)
        width = None if is_terminal(sys.stdout) else 160
        Console(width=width, no_color=not colours(sys.stdout), highlight=False).print(table)

    def _remarks(self) -> Iterator[str]:
        yield _agreement(self.results.counted)
        if (foreign := self.results.foreign) is not None:
            loud = paint("Others", "yellow", sys.stdout) if foreign > NOISY else "Others"
            who = "" if self.local else ", a server on this machine among them,"
            much = ": too much to trust these figures" if foreign > NOISY and self.local else ""
            yield f"{loud}{who} used {foreign:.0%} of the cores meanwhile{much}."
        yield "One run drifts: take several on a quiet machine before you compare, and compare on one machine only."

    @property
    def _on_disk(self) -> bool:
        """Whether a submit waits for this machine's disk, and not for a server."""
        return self.health.store == "sqlite"

    @property
    def _server(self) -> str:
        """Name, version and durability level, as the store's own first finding says it."""
        return self.health.findings[0].what if self.health.findings else self.health.level


def _used(timed: Timed) -> str:
    """Say how much of a processor the jobs took: near one core, or all there are, it is what bounds the rate."""
    return "" if timed.cpu is None else f"used {timed.cpu / timed.seconds:.1f} cores"


def _cost(name: str, title: str, timed: Timed, meaning: str) -> Figure:
    each = timed.cpu_each
    return Figure(name, title, None if each is None else each * 1e6, "us/job", meaning)


def _agreement(counted: Counted) -> str:
    """Say whether every job was completed and run once."""
    if counted.agrees:
        return f"All {counted.submitted:,} jobs were completed, each run once."
    others = "".join(f", {jobs:,} are {state}" for state, jobs in counted.others.items())
    return (
        f"{paint('The jobs do not add up:', 'bold red', sys.stdout)} {counted.submitted:,} jobs were submitted, "
        f"{counted.completed:,} are completed{others}, and workers ran {counted.runs:,}.\n"
        "A machine that sleeps may run a job twice, for its lease ran out; anything else is a bug: please report it."
    )

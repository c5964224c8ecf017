"""A run as tables: of text only, so that a terminal and a page can both show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.peers.goals import BARE, ON_SQLITE, OURS, judged
from benchmarks.peers.peer import Peer
from benchmarks.peers.summary import Summary, number

#: By figure: its heading, and the measure that it is part of.
RATES = {
    "sequential": ("sequential", "sequential"),
    "concurrent": ("100 concurrent", "concurrent"),
    "bulk": ("bulk", "bulk"),
    "drain": ("drain, 1 process", "drain"),
    "drain2": ("drain, 2 processes", "drain2"),
    "kb_bulk": ("bulk, 1 kB", "kb_bulk"),
    "kb_drain": ("drain, 1 kB", "kb_drain"),
}
LATENCIES = {"p50": ("p50 ms", "latency"), "p95": ("p95 ms", "latency"), "p99": ("p99 ms", "latency")}
COSTS = {
    "concurrent_client_us": ("client us", "concurrent"),
    "bulk_client_us": ("client us, bulk", "bulk"),
    "drain_worker_us": ("worker us", "drain"),
    "redis_us": ("Redis us", "drain"),
    "commands": ("Redis commands", "drain"),
    "bytes": ("bytes waiting", "bulk"),
}
IDLE = {
    "idle_calls": ("calls/s", "idle"),
    "idle_commands": ("commands/s", "idle"),
    "idle_cpu": ("% of a core", "idle"),
}
HTTP = {"http": ("POST one", "http"), "http_batch": ("POST a batch of 100, jobs", "http_batch")}
GROWTH = {
    f"growth_{name}": (title, "growth")
    for name, title in (("turn", "finish and claim 100"), ("look_up", "look up"), ("list", "list"))
}

Columns = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """Rows of text under a title."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    #: Whether all of it is words rather than figures.
    words: bool = False

    def markdown(self) -> str:
        """Return it as Markdown, with figures at the right."""
        lines = [self.head, ["---", *["---" if self.words else "--:"] * (len(self.head) - 1)], *self.rows]
        return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)


def absolute(summary: Summary, title: str, columns: Columns) -> Table:
    """Return medians; a star marks what others disturbed, a minus what was not measured."""
    rows = []
    for peer in summary.peers():
        cells = [_cell(summary, peer, figure, measure) for figure, (_, measure) in columns.items()]
        if any(cell != "-" for cell in cells):
            rows.append([peer.name, *cells])
    return Table(title, ["system", *[heading for heading, _ in columns.values()]], rows)


def _cell(summary: Summary, peer: Peer, figure: str, measure: str) -> str:
    found = summary.get(peer.name, figure)
    if found is None:
        return "failed" if summary.failed(peer.name, measure) else "-"
    return number(found.value) + ("*" if found.disturbed else "")


def ratios(summary: Summary) -> Table:
    """Return how many times the rate of each system ours is; those without a Redis stand beside Ferryman on SQLite."""
    rows = []
    for peer in summary.peers():
        ours = OURS if peer.store == "redis" else ON_SQLITE
        if peer.name in (OURS, ON_SQLITE):
            continue
        cells = [_ratio(summary.value(ours, figure), summary.value(peer.name, figure)) for figure in RATES]
        if any(cell != "-" for cell in cells):
            rows.append([f"{peer.name} (the ceiling)" if peer.name == BARE else peer.name, *cells])
    heads = ["Ferryman to", *[heading for heading, _ in RATES.values()]]
    return Table("Ratios of rates: Ferryman to each", heads, rows)


def _ratio(mine: float | None, theirs: float | None) -> str:
    return f"{mine / theirs:.2f}" if mine and theirs else "-"


def goals(summary: Summary) -> Table:
    """Return each goal, what was measured, and whether it is met."""
    words = {True: "met", False: "**not met**", None: "not measured"}
    rows = [
        [
            verdict.text,
            verdict.goal,
            "-" if verdict.value is None else number(verdict.value),
            verdict.beside,
            words[verdict.met],
        ]
        for verdict in judged(summary)
    ]
    return Table("Goals", ["figure", "goal", "measured", "of", ""], rows, words=True)


def systems(summary: Summary, versions: dict[str, str]) -> Table:
    """Return how each system was run and what it promises."""
    rows = [
        [peer.name, versions.get(peer.name, "-"), peer.store, peer.guarantee, peer.settings] for peer in summary.peers()
    ]
    return Table("Systems", ["system", "versions", "store", "a job runs", "settings"], rows, words=True)


def figures(summary: Summary) -> list[Table]:
    """Return the tables of figures."""
    tables = [
        absolute(summary, "Rates, jobs/s", RATES),
        ratios(summary),
        absolute(summary, "Submit to start at 100 jobs/s", LATENCIES),
        absolute(summary, "Cost of a job", COSTS),
        absolute(summary, "An idle worker", IDLE),
        absolute(summary, "HTTP submits, jobs/s", HTTP),
        absolute(summary, "Cost with 1,000,000 jobs waiting, as a multiple of that with 1,000", GROWTH),
        goals(summary),
    ]
    return [table for table in tables if table.rows]

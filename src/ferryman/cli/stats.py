"""`ferryman stats`: how many jobs are where, in one look."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ferryman.cli.console import paint
from ferryman.cli.examples import examples
from ferryman.cli.noun import alone
from ferryman.cli.output import Column, Listing, Output, OutputOption, View, chosen, write_object
from ferryman.cli.place import App, NoRetry, Place, Url, on_store
from ferryman.cli.views import STATE_STYLES
from ferryman.domain.state import State
from ferryman.store.messages import Count, WorkerRow
from ferryman.store.protocol import Store

app = alone()


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """The jobs of one task in one queue."""

    queue: str
    task: str
    states: Counter[State] = field(default_factory=Counter)


@app.command(epilog=examples("ferryman stats", "ferryman stats -o json | jq .jobs.failed"))
def stats(output: OutputOption = None, url: Url = None, app_name: App = None, no_retry: NoRetry = False) -> None:
    """Show how many jobs are in which state, by queue and task, and how busy the workers are."""

    async def look(store: Store) -> tuple[list[Count], list[WorkerRow]]:
        return await store.inspector.counts(), await store.inspector.workers()

    counts, workers = on_store(Place(url, app_name).any_app(), look, no_retry=no_retry)
    alive = [row for row in workers if row.alive]
    if chosen(output) is not Output.TABLE:
        write_object(_view(counts, alive), output)
        return
    totals = _totals(counts)
    parts = [paint(f"{totals[s]:,} {s.value}", STATE_STYLES[s], sys.stdout) for s in State if totals[s]]
    print(f"Jobs     {', '.join(parts) or 'none'}")
    busy, slots = sum(row.info.busy for row in alive), sum(row.info.slots for row in alive)
    print(f"Workers  {len(alive)} alive, {busy} of {slots} slots busy\n")
    _TASKS.write(_by_task(counts), output)


def _totals(counts: Sequence[Count]) -> Counter[State]:
    totals: Counter[State] = Counter()
    for row in counts:
        totals[row.state] += row.jobs
    return totals


def _by_task(counts: Sequence[Count]) -> list[TaskCounts]:
    rows: dict[tuple[str, str], TaskCounts] = {}
    for count in counts:
        row = rows.setdefault((count.queue, count.task), TaskCounts(count.queue, count.task))
        row.states[count.state] += count.jobs
    return list(rows.values())


def _view(counts: Sequence[Count], alive: Sequence[WorkerRow]) -> View:
    totals = _totals(counts)
    return {
        "jobs": {state.value: totals[state] for state in State},
        "workers": {
            "alive": len(alive),
            "busy": sum(row.info.busy for row in alive),
            "slots": sum(row.info.slots for row in alive),
        },
        "tasks": [
            {"queue": row.queue, "task": row.task, "jobs": {s.value: n for s, n in row.states.items()}}
            for row in _by_task(counts)
        ],
    }


def _state_column(state: State) -> Column[TaskCounts]:
    return Column(
        state.value,
        lambda row: f"{row.states[state]:,}" if row.states[state] else "",
        lambda row: STATE_STYLES[state],
        right=True,
    )


_TASKS: Listing[TaskCounts] = Listing(
    lambda row: {"queue": row.queue, "task": row.task},
    lambda row: row.task,
    [
        Column("task", lambda row: row.task, whole=True),
        Column("queue", lambda row: row.queue, lambda row: "dim"),
        *(_state_column(state) for state in State if state is not State.BLOCKED),
    ],
    "Nothing was submitted yet. Try: ferryman submit send_email --app ferryman.demo:ferry",
)

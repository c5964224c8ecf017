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
from ferryman.cli.views import STATE_STYLES, rate, rates_view
from ferryman.domain.state import State
from ferryman.store.messages import Count, WorkerRow
from ferryman.store.overview import RECENT, Rates, rates_of
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

    async def look(store: Store) -> tuple[list[Count], list[WorkerRow], Rates]:
        recent = await store.inspector.history(RECENT)
        return await store.inspector.counts(), await store.inspector.workers(), rates_of(recent.rows, recent.now)

    counts, workers, rates = on_store(Place(url, app_name).any_app(), look, no_retry=no_retry)
    alive = [row for row in workers if row.alive]
    if chosen(output) is not Output.TABLE:
        write_object(_view(counts, alive, rates), output)
        return
    totals = _totals(counts)
    parts = [paint(f"{totals[s]:,} {s.value}", STATE_STYLES[s], sys.stdout) for s in State if totals[s]]
    print(f"Jobs     {', '.join(parts) or 'none'}")
    busy, slots = sum(row.info.busy for row in alive), sum(row.info.slots for row in alive)
    print(f"Workers  {len(alive)} alive, {busy} of {slots} slots busy")
    told = ((rates.submitted, "submitted"), (rates.ended, "ended"), (rates.failed, "failed"))
    print(f"Rates    {', '.join(f'{rate(value) or 0} {what}' for value, what in told)} per second\n")
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


def _view(counts: Sequence[Count], alive: Sequence[WorkerRow], rates: Rates) -> View:
    totals = _totals(counts)
    return {
        "jobs": {state.value: totals[state] for state in State},
        "workers": {
            "alive": len(alive),
            "busy": sum(row.info.busy for row in alive),
            "slots": sum(row.info.slots for row in alive),
        },
        "rates": rates_view(rates),
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

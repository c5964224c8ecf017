"""`ferryman doctor`: what is wrong with the store, the workers and the queues, each with its fix."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from ferryman.app import Ferryman
from ferryman.cli.console import paint
from ferryman.cli.examples import examples
from ferryman.cli.failures import ExitCode
from ferryman.cli.noun import alone
from ferryman.cli.output import Output, OutputOption, chosen, write_object
from ferryman.cli.place import App, NoRetry, Place, Url, on_store
from ferryman.cli.views import ago
from ferryman.domain.durations import spell
from ferryman.domain.options import DEFAULT_QUEUE
from ferryman.domain.state import State
from ferryman.store.messages import Count, Finding, Health, QueueRow, WorkerRow
from ferryman.store.overview import serves
from ferryman.store.protocol import Store
from ferryman.version import __version__

app = alone()

#: A job that waits longer than this in an open, served queue, in seconds, is worth a word.
LONG_WAIT = 300.0
_UNFINISHED = (State.PENDING, State.SCHEDULED)
_MARKS = {"ok": ("ok", "green"), "warning": ("warning", "yellow"), "error": ("error", "red")}


@dataclass(frozen=True, slots=True)
class Patient:
    """Everything the checks look at, read once."""

    ferry: Ferryman
    health: Health
    counts: list[Count]
    queues: list[QueueRow]
    workers: list[WorkerRow]

    @property
    def serving(self) -> list[WorkerRow]:
        """The workers that would take a job now."""
        return [row for row in self.workers if row.alive and not row.info.quiet]

    def is_served(self, queue: str, task: str | None = None) -> bool:
        """Whether somebody would take a job from this queue, of this task."""
        return any(serves(row.info, queue, task) for row in self.serving)


@app.command(epilog=examples("ferryman doctor", "ferryman doctor --app ferryman.demo:ferry -o json"))
def doctor(app_name: App = None, output: OutputOption = None, url: Url = None, no_retry: NoRetry = False) -> int:
    """Check the store, the workers and the queues; exit 1 when something is an error."""
    ferry = Place(url, app_name).known_app() or Ferryman(url)

    async def look(store: Store) -> Patient:
        inspector = store.inspector
        return Patient(
            ferry,
            await inspector.health(),
            await inspector.counts(),
            await inspector.queues(),
            await inspector.workers(),
        )

    patient = on_store(ferry, look, no_retry=no_retry)
    findings = list(examine(patient))
    if chosen(output) is Output.TABLE:
        _show(patient.health, findings)
    else:
        write_object(
            {
                "store": patient.health.store,
                "level": patient.health.level,
                "place": patient.health.place,
                "findings": [{"level": f.level, "what": f.what, "fix": f.fix} for f in findings],
            },
            output,
        )
    return ExitCode.FAILED if any(finding.level == "error" for finding in findings) else ExitCode.OK


def _show(health: Health, findings: list[Finding]) -> None:
    print(f"Store {health.place}, level {health.level}\n")
    for finding in findings:
        word, style = _MARKS.get(finding.level, (finding.level, "dim"))
        print(f"{paint(word.ljust(8), style, sys.stdout)} {finding.what}")
        if finding.fix:
            print(f"{' ' * 8} {paint('fix:', 'bold', sys.stdout)} {finding.fix}")


def examine(patient: Patient) -> Iterator[Finding]:
    """Return what there is to say: the store first, then workers, queues and tasks."""
    yield from patient.health.findings
    yield from _workers(patient)
    yield from _versions(patient)
    yield from _queues(patient)
    yield from _tasks(patient)


def _workers(patient: Patient) -> Iterator[Finding]:
    alive = [row for row in patient.workers if row.alive]
    waiting = sum(count.jobs for count in patient.counts if count.state in _UNFINISHED)
    if not alive and waiting:
        yield Finding("error", f"{waiting:,} jobs wait and no worker is alive", "Start one: ferryman worker")
    elif not alive:
        yield Finding("warning", "no worker is alive; jobs would wait", "Start one: ferryman worker")
    else:
        slots = sum(row.info.slots for row in patient.serving)
        yield Finding("ok", f"{len(alive)} {'worker' if len(alive) == 1 else 'workers'} alive, {slots} slots")
    for row in patient.workers:
        if not row.alive:
            what = f"worker {row.info.id} was last seen {ago(row.seen_at)} and did not say goodbye"
            yield Finding("warning", what, "Look at its log; its jobs run again elsewhere by themselves.")
        elif row.info.quiet:
            yield Finding(
                "warning",
                f"worker {row.info.id} is quiet: it starts nothing more",
                f"Stop it, ferryman workers stop {row.info.id}, and start another.",
            )


def _versions(patient: Patient) -> Iterator[Finding]:
    versions = sorted({row.info.version for row in patient.workers if row.alive} | {__version__})
    if len(versions) > 1:
        what = f"mixed versions of Ferryman: {', '.join(versions)} (here {__version__})"
        yield Finding("warning", what, "Bring every worker and this machine to the same version.")


def _queues(patient: Patient) -> Iterator[Finding]:
    for queue in patient.queues:
        waiting = sum(queue.counts.get(state, 0) for state in _UNFINISHED)
        if queue.paused:
            by = f" by {queue.paused_by}" if queue.paused_by else ""
            what = f"queue {queue.name!r} was paused {ago(queue.paused_at)}{by}; {waiting:,} jobs wait in it"
            yield Finding("warning", what, f"ferryman queues resume {queue.name}")
        elif waiting and patient.serving and not patient.is_served(queue.name):
            what = f"{waiting:,} jobs wait in queue {queue.name!r}, which no worker serves"
            yield Finding("error", what, f"Start a worker for it: ferryman worker -q {queue.name}")
        elif queue.oldest_pending_at and time.time() - queue.oldest_pending_at > LONG_WAIT and patient.serving:
            waits = spell(time.time() - queue.oldest_pending_at)
            what = f"the oldest job of queue {queue.name!r} has waited {waits}"
            yield Finding("warning", what, "Add workers or slots: ferryman worker --concurrency N, --processes N")


def _tasks(patient: Patient) -> Iterator[Finding]:
    """Report jobs whose queue is served, but by no worker that knows their task; and tasks of the app nobody runs."""
    lost: dict[tuple[str, str], int] = {}
    for count in patient.counts:
        lane = (count.queue, count.task)
        if count.state in _UNFINISHED and patient.is_served(count.queue) and not patient.is_served(*lane):
            lost[lane] = lost.get(lane, 0) + count.jobs
    for (queue, task), jobs in lost.items():
        yield Finding(
            "error",
            f"{jobs:,} jobs of task {task!r} wait in queue {queue!r}, and no worker of it knows that task",
            f"Deploy the code that has it, or delete them: ferryman jobs rm task:{task} queue:{queue}",
        )
    for handle in patient.ferry.tasks.values():
        queue = handle.task.options.queue or DEFAULT_QUEUE
        if patient.serving and (queue, handle.name) not in lost and not patient.is_served(queue, handle.name):
            yield Finding(
                "warning",
                f"no worker that is alive runs task {handle.name!r} of this app from queue {queue!r}",
                f"Start one with the current code: ferryman worker -q {queue}",
            )

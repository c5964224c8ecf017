"""`ferryman worker`: runs an app's jobs, in one process or several."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from ferryman.app import Ferryman
from ferryman.cli.changes import python_changes
from ferryman.cli.console import note, paint
from ferryman.cli.countdown import Countdown
from ferryman.cli.crew import Changes, Child, Crew
from ferryman.cli.examples import examples
from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.noun import alone
from ferryman.cli.place import AllowVolatile, App, AppArgument, NoRetry, Place, Url, must_be_shared, on_store
from ferryman.domain.durations import seconds
from ferryman.domain.errors import did_you_mean
from ferryman.domain.options import DEFAULT_QUEUE
from ferryman.store.protocol import Store

app = alone()


@app.command(
    epilog=examples("ferryman worker tasks:ferry", "ferryman worker tasks:ferry -q mail -q default --processes 2")
)
def worker(
    app_argument: AppArgument = None,
    app_name: App = None,
    queue: Annotated[
        list[str] | None,
        typer.Option("--queue", "-q", metavar="NAME", help="Serve this queue; may be repeated. [default: the tasks']"),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", "-c", metavar="N", min=1, help="Jobs at a time. [default: 50]")
    ] = None,
    processes: Annotated[int, typer.Option("--processes", metavar="N", min=1, help="Worker processes.")] = 1,
    burst: Annotated[bool, typer.Option("--burst", help="End when nothing is left to run.")] = False,
    reload: Annotated[bool, typer.Option("--reload", help="Start anew when Python code here changes.")] = False,
    grace: Annotated[
        str | None,
        typer.Option("--grace", metavar="DURATION", help="How long running jobs may end after a stop. [default: 25s]"),
    ] = None,
    url: Url = None,
    allow_volatile: AllowVolatile = False,
    no_retry: NoRetry = False,
) -> int:
    """Run jobs.

    Ctrl-C once lets running jobs end, twice hands them back to the queue at once.
    """
    place = Place(url, app_argument or app_name, no_retry, allow_volatile)
    ferry = place.needed_app("worker")
    must_be_shared(ferry, "worker")
    patience = None if grace is None else seconds(grace, option="grace")
    ferry.settings = ferry.settings.replace(concurrency=concurrency, grace=patience)
    if reload:
        if burst:
            why = "a burst ends by itself, and reload starts it again"
            raise Failure("give --burst or --reload, not both", why, "Leave one of them out.", ExitCode.USAGE)
        return _as_crew(ferry, place, queue or [], [], processes, lambda: python_changes(Path.cwd().resolve()))
    _note_slips(ferry, queue or [])
    on_store(ferry, _answers, no_retry=no_retry, make=True)
    if processes > 1:
        return _as_crew(ferry, place, queue or [], ["--burst"] if burst else [], processes)
    return _run(ferry, queue or [], burst=burst)


async def _answers(store: Store) -> None:
    await store.inspector.counts()


def _note_slips(ferry: Ferryman, queues: list[str]) -> None:
    """A queue that no task goes to by itself may be meant, or be a slip of the pen."""
    known = {DEFAULT_QUEUE} | {handle.task.options.queue or DEFAULT_QUEUE for handle in ferry.tasks.values()}
    for name in queues:
        if name not in known:
            note(f"{paint('note:', 'yellow')} no task of the app uses queue {name!r}.{did_you_mean(name, known)}")


def _as_crew(
    ferry: Ferryman,
    place: Place,
    queues: list[str],
    more: list[str],
    processes: int,
    changes: Changes | None = None,
) -> int:
    """Run each worker process as a child that is started again when it falls."""
    grace = seconds(ferry.settings.grace)
    arguments = ["worker", "--app", place.app_name() or "", "--grace", f"{grace:g}", *more]
    arguments += ["--concurrency", str(ferry.settings.concurrency)]
    arguments += [word for name in queues for word in ("-q", name)]
    arguments += ["--url", place.url] if place.url else []
    arguments += ["--allow-volatile"] if place.allow_volatile else []
    names = ["worker"] if processes == 1 else [f"worker {number}" for number in range(1, processes + 1)]
    crew = Crew([Child(name, arguments) for name in names], grace, changes)
    return asyncio.run(crew.run())


def _run(ferry: Ferryman, queues: list[str], *, burst: bool) -> int:
    from ferryman import runtime

    runtime.run(ferry, emit=Countdown().emit, queues=tuple(queues), burst=burst)
    return ExitCode.OK

"""`ferryman bench`: what this machine and this store can do, in about a minute."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Annotated

import typer

from ferryman.app import Ferryman
from ferryman.cli.bulk import agree
from ferryman.cli.console import note, paint
from ferryman.cli.examples import examples
from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.noun import alone
from ferryman.cli.output import Output, OutputOption
from ferryman.cli.place import App, NoRetry, Place, Url, must_be_shared, patiently, sqlite_file
from ferryman.config import DEFAULT_URL
from ferryman.domain.errors import StoreError
from ferryman.store.messages import Health
from ferryman.store.protocol import Store

if TYPE_CHECKING:
    from ferryman.bench.results import Results
    from ferryman.bench.session import Session
    from ferryman.cli.interrupts import Interrupts

app = alone()


@app.command(epilog=examples("ferryman bench", "ferryman bench --url redis://localhost:6379/0 --seconds 20 -o json"))
def bench(
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="N", min=1, max=3_600, help="About how long to measure.")
    ] = 60,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask, though workers use the store.")] = False,
    output: OutputOption = None,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> int:
    """Measure what this machine and the store can do.

    The jobs of the measurement do nothing, and live in a place of their own beside the store: a file on the same
    disk, or a prefix on the same server. It is deleted at the end, also after Ctrl-C. Exit 1 when jobs and runs do
    not add up.
    """
    from ferryman.bench.session import Session
    from ferryman.cli.interrupts import interruptible
    from ferryman.runtime import loop_factory

    ferry = Place(url, app_name).any_app()
    must_be_shared(ferry, "bench")
    session = Session(ferry, seconds)
    _say_where(session, ferry, url)
    with interruptible(loop_factory()) as interrupts:
        try:
            session.make()
            return _measure(session, ferry, interrupts, output, yes=yes, no_retry=no_retry)
        except (asyncio.CancelledError, KeyboardInterrupt):
            note("Stopping, and deleting what was made.")
            return ExitCode.INTERRUPTED
        finally:
            _clear(session, interrupts)


def _measure(
    session: Session, ferry: Ferryman, interrupts: Interrupts, output: Output | None, *, yes: bool, no_retry: bool
) -> int:
    """Look, ask, measure, report; return the exit code."""
    from ferryman.bench.measures import Stuck
    from ferryman.bench.processes import ProcessFell
    from ferryman.cli.bars import Bars
    from ferryman.cli.bench_report import Report

    async def look(store: Store) -> Health:
        return await store.inspector.health()

    shown = f"the store {ferry.settings.shown_url}"
    try:
        health = interrupts.run(patiently(session.ferry, look, no_retry, shown))
    except Failure as failure:
        if "refuses this user" in failure.why:
            failure.fix = "Its keys are its own: give the user ~{fm-bench-* &fm-bench-* as well, or name another user."
        raise
    _refuse_when_full(interrupts.run(session.lack()), shown)
    if not _agreed(*interrupts.run(session.neighbours()), yes=yes):
        return ExitCode.REFUSED
    bars = Bars()

    async def measure() -> Results:
        async with bars.drawn():
            return await session.measure(bars.show)

    began = time.monotonic()
    try:
        results = interrupts.run(measure())
    except (Stuck, ProcessFell) as error:
        fix = "Run it again with --debug; ferryman doctor looks at the store."
        raise Failure("the measurement failed", str(error), fix, ExitCode.FAILED) from error
    return Report(results, health, ferry.settings.shown_url, time.monotonic() - began, session.local).write(output)


def _say_where(session: Session, ferry: Ferryman, url: str | None) -> None:
    """Say what is measured, before anything is made."""
    file = sqlite_file(ferry)
    if file is None:
        note(f"Measuring {ferry.settings.shown_url}, under a prefix of its own; its keys are deleted again.")
    elif url is None and ferry.settings.url == DEFAULT_URL and not file.exists():
        note(f"No store is named, so a temporary SQLite file in {file.absolute().parent} is measured; see --url.")
    else:
        note(f"Measuring in a temporary file beside {file}, on the same disk.")
    if session.remark:
        note(f"{paint('note:', 'yellow')} {session.remark}")


def _refuse_when_full(lack: tuple[int, int] | None, shown: str) -> None:
    if lack is not None:
        needed, free = (size >> 20 for size in lack)
        raise Failure(
            f"there is too little room beside {shown}",
            f"the measurement may need {needed:,} MiB, and {free:,} MiB are free",
            "Make room, or measure for a shorter time: --seconds 10",
            ExitCode.REFUSED,
        )


def _agreed(jobs: int, workers: int, *, yes: bool) -> bool:
    """Ask before work that others wait for is slowed down; raises `Failure` where nobody can answer."""
    if jobs or workers:
        note(f"The store has unfinished jobs: {jobs:,}, workers: {workers:,}. None is touched or woken.")
    if not workers:
        return True
    question = "The workers share server, disk and cores with the measurement: each slows the other down. Measure?"
    return agree(question, yes=yes, fix="Add -y to measure, or stop the workers first.")


def _clear(session: Session, interrupts: Interrupts) -> None:
    """Delete what was made, or say what is left."""
    try:
        interrupts.finish(session.clear())
    except StoreError as error:
        note(f"{paint('warning:', 'bold yellow')} could not delete {session.place}: {error}")

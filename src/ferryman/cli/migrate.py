"""`ferryman migrate`: move waiting jobs from one store to another."""

from __future__ import annotations

from typing import Annotated

import typer

from ferryman.app import Ferryman
from ferryman.cli.bulk import agree
from ferryman.cli.console import LINE, note
from ferryman.cli.examples import examples
from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.noun import alone
from ferryman.cli.place import AllowVolatile, NoRetry, on_store
from ferryman.domain.durations import seconds
from ferryman.domain.state import FINAL
from ferryman.moving import Moved, move_jobs
from ferryman.store.protocol import Store

app = alone()

Source = Annotated[str, typer.Argument(help="The store that has the jobs.", metavar="SRC", show_default=False)]
Target = Annotated[str, typer.Argument(help="The store that gets them.", metavar="DST", show_default=False)]


@app.command(
    epilog=examples(
        "ferryman migrate sqlite:///ferryman.db redis://localhost:6379/0",
        "ferryman migrate redis://localhost:6379/0 sqlite:///ferryman.db --dry-run",
    )
)
def migrate(
    source: Source,
    target: Target,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show how many jobs would be moved.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    within: Annotated[
        str, typer.Option("--within", metavar="DURATION", help="How long to wait for jobs that run. [default: 1m]")
    ] = "1m",
    allow_volatile: AllowVolatile = False,
    no_retry: NoRetry = False,
) -> int:
    """Move every waiting job. Stop what submits to SRC first, and point it to DST afterwards.

    The queues of SRC are paused and stay so. Cut off, it goes on where it was when it is started again.
    """
    patience = seconds(within, option="within")
    ours, theirs = Ferryman(source), Ferryman(target, allow_volatile=allow_volatile)
    if ours.settings.url == theirs.settings.url:
        raise Failure(
            "SRC and DST are the same store", ours.settings.shown_url, "Name two different ones.", ExitCode.USAGE
        )
    waiting = on_store(ours, _waiting, no_retry=no_retry)
    places = f"{ours.settings.shown_url} to {theirs.settings.shown_url}"
    if dry_run:
        print(f"{waiting:,} jobs would be moved from {places}")
        return ExitCode.OK
    if not agree(f"Move {waiting:,} jobs from {places}?", yes=yes):
        return ExitCode.REFUSED

    async def move(source: Store) -> Moved:
        try:
            return await move_jobs(source, (await theirs.connections.here()).store, patience, _show)
        finally:
            await theirs.close()

    return _report(ours, on_store(ours, move, no_retry=no_retry, shown=f"one of the stores {places}"))


async def _waiting(store: Store) -> int:
    """Return how many jobs there are that have not ended."""
    return sum(count.jobs for count in await store.inspector.counts() if count.state not in FINAL)


def _show(done: Moved) -> None:
    LINE.show(f"{done.moved:,} moved" + (f", {done.running:,} still running" if done.running else ""))


def _report(ours: Ferryman, done: Moved) -> int:
    LINE.clear()
    print(f"{done.moved:,} jobs moved")
    note(f"The queues of {ours.settings.shown_url} stay paused, so that nothing runs there any more.")
    if done.running:
        note(f"{done.running:,} jobs still run there: move again once they have ended, or stop their workers first.")
    if done.taken:
        note(f"{done.taken:,} jobs stay there: the target has other jobs with their key or their request.")
    return ExitCode.REFUSED if done.running or done.taken else ExitCode.OK

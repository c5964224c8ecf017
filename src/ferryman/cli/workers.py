"""`ferryman workers`: list workers, tell them to be quiet or to stop."""

from __future__ import annotations

from typing import Annotated

import typer

from ferryman.cli.examples import examples
from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.noun import noun
from ferryman.cli.output import OutputOption
from ferryman.cli.place import App, NoRetry, Place, Url, on_store
from ferryman.cli.views import WORKERS
from ferryman.domain.errors import did_you_mean
from ferryman.store.messages import Command
from ferryman.store.protocol import Store

app = noun("List, quiet, stop workers.", "ferryman workers ls", "ferryman workers stop --all")

Worker = Annotated[str | None, typer.Argument(help="The worker's id, or enough of its beginning.", metavar="WORKER")]
All = Annotated[bool, typer.Option("--all", help="Every worker that is alive.")]


@app.command("ls", epilog=examples("ferryman workers ls", "ferryman workers ls -o ids"))
def list_workers(output: OutputOption = None, url: Url = None, app_name: App = None, no_retry: NoRetry = False) -> None:
    """List the workers that announced themselves lately."""
    rows = on_store(Place(url, app_name).any_app(), lambda store: store.inspector.workers(), no_retry=no_retry)
    WORKERS.write(rows, output)


@app.command(epilog=examples("ferryman workers quiet --all", "ferryman workers quiet web-1-4711"))
def quiet(
    worker: Worker = None, every: All = False, url: Url = None, app_name: App = None, no_retry: NoRetry = False
) -> None:
    """Let a worker end what it runs and start nothing more; it stays alive."""
    for name in _command(Place(url, app_name, no_retry), worker, every, Command.QUIET):
        print(f"{name} will start nothing more.")


@app.command(epilog=examples("ferryman workers stop --all", "ferryman workers stop web-1-4711"))
def stop(
    worker: Worker = None, every: All = False, url: Url = None, app_name: App = None, no_retry: NoRetry = False
) -> None:
    """Let a worker end what it runs, within its grace, and then end itself."""
    for name in _command(Place(url, app_name, no_retry), worker, every, Command.STOP):
        print(f"{name} will stop.")


def _command(place: Place, worker: str | None, every: bool, command: Command) -> list[str]:
    if (worker is None) != every:
        raise Failure(
            "which worker?",
            "either one worker or --all is needed",
            f"List them: ferryman workers ls; then ferryman workers {command.value} WORKER",
            ExitCode.USAGE,
        )

    async def act(store: Store) -> list[str]:
        alive = [row.info.id for row in await store.inspector.workers() if row.alive]
        names = alive if worker is None else [_pick(worker, alive)]
        return [name for name in names if await store.inspector.command(name, command)]

    return on_store(place.any_app(), act, no_retry=place.no_retry)


def _pick(wanted: str, alive: list[str]) -> str:
    """Return the one living worker whose id begins so."""
    found = [name for name in alive if name == wanted] or [name for name in alive if name.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        why = f"{len(found)} workers begin so: {', '.join(found[:5])}"
        raise Failure(f"{wanted!r} names no single worker", why, "Write more of its id.", ExitCode.USAGE)
    hint = did_you_mean(wanted, alive).strip() or "List them: ferryman workers ls"
    raise Failure(
        f"there is no worker {wanted!r}", "no living worker has an id that begins so", hint, ExitCode.NOT_FOUND
    )

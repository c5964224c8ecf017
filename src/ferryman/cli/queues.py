"""`ferryman queues`: list and show queues, pause, resume and purge them."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Sequence
from typing import Annotated

import typer

from ferryman.bulk import waiting_in
from ferryman.cli.bulk import Found, act, conclude, count, follow
from ferryman.cli.examples import examples
from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.noun import noun
from ferryman.cli.output import OutputOption
from ferryman.cli.place import App, NoRetry, Place, Url, on_store
from ferryman.cli.views import QUEUES, ShownQueue
from ferryman.domain.errors import did_you_mean
from ferryman.domain.options import valid_name
from ferryman.domain.state import Operation
from ferryman.store.messages import QueueRow
from ferryman.store.overview import RECENT, figures
from ferryman.store.protocol import Store

app = noun("List, show, pause, resume, purge queues.", "ferryman queues ls", "ferryman queues pause mail")

Name = Annotated[str, typer.Argument(help="The queue's name.", metavar="QUEUE")]


@app.command("ls", epilog=examples("ferryman queues ls", "ferryman queues ls -o json"))
def list_queues(output: OutputOption = None, url: Url = None, app_name: App = None, no_retry: NoRetry = False) -> None:
    """List queues with their jobs by state."""

    async def look(store: Store) -> list[ShownQueue]:
        return await _with_figures(store, await store.inspector.queues())

    QUEUES.write(on_store(Place(url, app_name).any_app(), look, no_retry=no_retry), output)


@app.command(epilog=examples("ferryman queues show mail", "ferryman queues show mail -o json"))
def show(
    name: Name, output: OutputOption = None, url: Url = None, app_name: App = None, no_retry: NoRetry = False
) -> None:
    """Show one queue."""

    async def look(store: Store) -> list[ShownQueue]:
        return await _with_figures(store, [await find(store, name)])

    [queue] = on_store(Place(url, app_name).any_app(), look, no_retry=no_retry)
    QUEUES.write_one(queue, output)


@app.command(epilog=examples("ferryman queues pause mail", "ferryman queues pause thumbnails --new"))
def pause(
    name: Name,
    new: Annotated[bool, typer.Option("--new", help="Pause a queue that has never had a job.")] = False,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> None:
    """Pause a queue: running jobs end, nothing more of it is started, submits are still taken."""
    _switch(Place(url, app_name, no_retry), name, paused=True, new=new)
    print(f"Queue {name} is paused.")


@app.command(epilog=examples("ferryman queues resume mail", "ferryman queues resume default"))
def resume(name: Name, url: Url = None, app_name: App = None, no_retry: NoRetry = False) -> None:
    """Let workers take jobs from a paused queue again."""
    _switch(Place(url, app_name, no_retry), name, paused=False)
    print(f"Queue {name} is open.")


@app.command(epilog=examples("ferryman queues purge mail --dry-run", "ferryman queues purge mail -y"))
def purge(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; needed outside a terminal.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show how many jobs it would be.")] = False,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> None:
    """Delete the jobs that wait in a queue, pending and scheduled ones; running and ended jobs stay."""
    valid_name(name, "queue")
    ferry, where = Place(url, app_name, no_retry).any_app(), waiting_in(name)

    async def look(store: Store) -> Found:
        await find(store, name)
        return await count(store, where)

    found = on_store(ferry, look, no_retry=no_retry)
    bulk = act(Operation.DELETE, where, found, yes=yes, dry_run=dry_run)
    if bulk is not None:
        conclude(Operation.DELETE, on_store(ferry, lambda store: follow(store, bulk, found), no_retry=no_retry))


def _switch(place: Place, name: str, *, paused: bool, new: bool = False) -> None:
    valid_name(name, "queue")

    async def switch(store: Store) -> None:
        if not new:
            await find(store, name)
        await store.inspector.pause(name, paused, by=f"{getpass.getuser()}@{socket.gethostname()}")

    on_store(place.any_app(), switch, no_retry=place.no_retry)


async def _with_figures(store: Store, rows: Sequence[QueueRow]) -> list[ShownQueue]:
    fared = figures(rows, await store.inspector.history(RECENT), await store.inspector.workers())
    return [ShownQueue(row, fared[row.name]) for row in rows]


async def find(store: Store, name: str) -> QueueRow:
    """Return a queue; raises `Failure` naming the queues that resemble it."""
    rows = await store.inspector.queues()
    for row in rows:
        if row.name == name:
            return row
    hint = did_you_mean(name, [row.name for row in rows]).strip() or "List the queues: ferryman queues ls"
    raise Failure(f"there is no queue {name!r}", "no job was ever submitted to it", hint, ExitCode.NOT_FOUND)

"""`ferryman failures`: failed jobs by their cause."""

from __future__ import annotations

from typing import Annotated

import typer

from ferryman.cli.examples import examples
from ferryman.cli.noun import alone
from ferryman.cli.output import Column, Listing, OutputOption, View
from ferryman.cli.place import App, NoRetry, Place, Url, on_store
from ferryman.cli.views import ago, moment
from ferryman.store.failures import FailureGroup

app = alone()

Task = Annotated[str | None, typer.Option("--task", "-t", help="Only those of this task.", show_default=False)]


def failure_view(group: FailureGroup) -> View:
    """Return a group of failures as an object, as the HTTP API shows it."""
    return {
        "id": group.id,
        "task": group.task,
        "type": group.type,
        "frame": group.frame,
        "message": group.message,
        "jobs": group.jobs,
        "first_seen": moment(group.first_at),
        "last_seen": moment(group.last_at),
        "hours": list(group.hours),
    }


FAILURES: Listing[FailureGroup] = Listing(
    failure_view,
    lambda group: group.id,
    [
        Column("failure", lambda group: group.id, whole=True),
        Column("jobs", lambda group: str(group.jobs), right=True),
        Column("24 h", lambda group: str(sum(group.hours) or ""), right=True),
        Column("last", lambda group: ago(group.last_at), lambda group: "dim"),
        Column("task", lambda group: group.task),
        Column("error", lambda group: group.type, lambda group: "red"),
        Column("raised in", lambda group: group.frame),
        Column("message", lambda group: group.message.partition("\n")[0], lambda group: "dim"),
    ],
    "No failed job is kept.",
)


@app.command(epilog=examples("ferryman failures", "ferryman failures --task send_email -o ids"))
def failures(
    task: Task = None, output: OutputOption = None, url: Url = None, app_name: App = None, no_retry: NoRetry = False
) -> None:
    """List failed jobs by their cause: the task, the type of the error, and where it was raised; the latest first.

    The first column names the group for a query: ferryman jobs retry failure:ID
    """
    groups = on_store(Place(url, app_name).any_app(), lambda store: store.inspector.failures(task), no_retry=no_retry)
    FAILURES.write(groups, output)

"""`ferryman tasks`: the tasks of an app and what they take."""

from __future__ import annotations

from ferryman.cli.examples import examples
from ferryman.cli.noun import noun
from ferryman.cli.output import Column, Listing, OutputOption, View, write_object
from ferryman.cli.place import App, Place
from ferryman.cli.submitting import TaskName
from ferryman.domain.durations import spell
from ferryman.domain.options import DEFAULT_QUEUE
from ferryman.domain.task import Task

app = noun("The app's tasks and their arguments.", "ferryman tasks ls", "ferryman tasks schema send_email")


def task_view(task: Task) -> View:
    """Return a task as an object."""
    timeout = task.options.timeout
    return {
        "name": task.name,
        "signature": task.signature,
        "doc": task.doc,
        "queue": task.options.queue or DEFAULT_QUEUE,
        "retries": task.retry.retries,
        "timeout": timeout,
        "process": task.process,
    }


TASKS: Listing[Task] = Listing(
    task_view,
    lambda task: task.name,
    [
        Column("task", lambda task: task.signature, whole=True),
        Column("queue", lambda task: task.options.queue or DEFAULT_QUEUE, lambda task: "dim"),
        Column("retries", lambda task: str(task.retry.retries), lambda task: "dim", right=True),
        Column("timeout", lambda task: spell(_seconds(task)) if task.options.timeout else "", lambda task: "dim"),
        Column("", lambda task: task.doc, lambda task: "dim"),
    ],
    "The app has no tasks. Declare one: @ferry.task",
)


def _seconds(task: Task) -> float:
    timeout = task.options.timeout
    return float(timeout) if isinstance(timeout, int | float) else 0.0


@app.command("ls", epilog=examples("ferryman tasks ls", "ferryman tasks ls --app ferryman.demo:ferry -o ids"))
def list_tasks(output: OutputOption = None, app_name: App = None) -> None:
    """List the app's tasks with their signatures."""
    ferry = Place(app=app_name).needed_app("tasks ls --app")
    TASKS.write([handle.task for handle in ferry.tasks.values()], output)


@app.command(epilog=examples("ferryman tasks schema send_email", "ferryman tasks schema send_email | jq .properties"))
def schema(task: TaskName, app_name: App = None) -> None:
    """Show the JSON schema of a task's arguments."""
    from ferryman.cli.output import Output

    definition = Place(app=app_name).needed_app("tasks schema --app").find_task(task)
    write_object(definition.parameters.schema(), Output.JSON)

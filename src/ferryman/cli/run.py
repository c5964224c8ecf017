"""`ferryman run`: put a job in and follow it to its result."""

from __future__ import annotations

from ferryman.cli.console import note, paint
from ferryman.cli.examples import examples
from ferryman.cli.follow import Follower, conclude
from ferryman.cli.noun import alone
from ferryman.cli.place import App, NoRetry, Place, Url, on_store
from ferryman.cli.submit import wait_for
from ferryman.cli.submitting import (
    Delay,
    Json,
    Key,
    Priority,
    Queue,
    Retries,
    Tags,
    TaskName,
    Timeout,
    Within,
    Words,
    order,
)

app = alone()


@app.command(epilog=examples("ferryman run countdown seconds=3", "ferryman run word_count | jq .words"))
def run(
    task: TaskName,
    arguments: Words = None,
    json_text: Json = None,
    queue: Queue = None,
    delay: Delay = None,
    priority: Priority = None,
    key: Key = None,
    tag: Tags = None,
    timeout: Timeout = None,
    retries: Retries = None,
    within: Within = None,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> int:
    """Put a job in and follow it: state, progress and log on stderr, the result on stdout.

    The exit code is the job's outcome: 0 completed, 1 failed. Ctrl-C stops following; the job goes on.
    """
    options = {"queue": queue, "delay": delay, "priority": priority, "key": key, "tags": tag}
    options |= {"timeout": timeout, "retries": retries}
    placed = order(Place(url, app_name, no_retry), task, arguments or (), json_text, options)
    answer = on_store(placed.ferry, placed.store, no_retry=no_retry, make=True)
    note(paint(f"{placed.job.task} {answer.id}{'' if answer.created else ' (submitted before)'}", "dim"))
    try:
        job = wait_for(placed, Follower(answer.id), within)
    except KeyboardInterrupt:
        note(f"The job goes on. Cancel it: ferryman jobs cancel {answer.id}")
        raise
    return conclude(job)

"""`ferryman submit`: put a job in, and perhaps wait for it."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from ferryman.cli.console import is_terminal, note
from ferryman.cli.examples import examples
from ferryman.cli.follow import Follower, conclude
from ferryman.cli.noun import alone
from ferryman.cli.output import Output, OutputOption, chosen, write_object
from ferryman.cli.place import App, NoRetry, Place, Url, on_store
from ferryman.cli.submitting import (
    Delay,
    Json,
    Key,
    Order,
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
from ferryman.domain.durations import seconds, spell
from ferryman.domain.errors import ResultTimeout
from ferryman.domain.job import Job
from ferryman.store.messages import Submitted
from ferryman.store.protocol import Store

app = alone()


@app.command(
    epilog=examples(
        "ferryman submit send_email to=ada@example.com --delay 10m --key welcome-42",
        """echo '{"seconds": 3}' | ferryman submit countdown --json - --wait""",
    )
)
def submit(
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
    wait: Annotated[bool, typer.Option("--wait", help="Wait for its end; stdout gets the result.")] = False,
    within: Within = None,
    output: OutputOption = None,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> int:
    """Put a job in.

    With --wait the exit code is the job's outcome: 0 completed, 1 failed.
    """
    options = {"queue": queue, "delay": delay, "priority": priority, "key": key, "tags": tag}
    options |= {"timeout": timeout, "retries": retries}
    placed = order(Place(url, app_name, no_retry), task, arguments or (), json_text, options)
    answer = on_store(placed.ferry, placed.store, no_retry=no_retry, make=True)
    if not wait:
        _tell(placed, answer, output)
        return 0
    note(answer.id)
    return conclude(wait_for(placed, Follower(answer.id, quiet=True), within))


def _tell(placed: Order, answer: Submitted, output: Output | None) -> None:
    if chosen(output) is Output.TABLE:
        known = "" if answer.created else "  (this key was submitted before: that job was kept)"
        print(f"{answer.id}  {placed.job.task} in queue {placed.job.queue}{known}")
        if is_terminal(sys.stdout):
            note(f"Follow it: ferryman jobs watch {answer.id}")
        return
    write_object({"job_id": answer.id, "created": answer.created}, output, identify=answer.id)


def wait_for(placed: Order, follower: Follower, within: str | None) -> Job:
    """Follow a job to its end; raises `ResultTimeout` when that takes longer than `within`."""
    limit = None if within is None else seconds(within, option="within")

    async def follow(store: Store) -> Job:
        try:
            async with asyncio.timeout(limit):
                return await follower(store)
        except TimeoutError:
            raise ResultTimeout(f"job {follower.job_id} did not end within {spell(limit or 0)}; it goes on") from None

    return on_store(placed.ferry, follow, no_retry=placed.place.no_retry)

"""What `submit` and `run` share: options on the command line become one described job, stored once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from ferryman.app import Ferryman
from ferryman.cli.arguments import read_arguments
from ferryman.cli.console import note, paint
from ferryman.cli.place import Place
from ferryman.domain.errors import InvalidOption, did_you_mean
from ferryman.domain.job import NewJob
from ferryman.domain.json_text import flaw, parse_json
from ferryman.domain.options import Options, valid_name
from ferryman.identity import new_job_id
from ferryman.store.messages import Submitted
from ferryman.store.protocol import Store

TaskName = Annotated[str, typer.Argument(help="The task's name.", metavar="TASK")]
Words = Annotated[
    list[str] | None,
    typer.Argument(help="Arguments; a value is read as the task's annotation says.", metavar="NAME=VALUE"),
]
Json = Annotated[
    str | None, typer.Option("--json", metavar="TEXT", help="All arguments as a JSON object; - reads stdin.")
]
Queue = Annotated[
    str | None, typer.Option("--queue", "-q", metavar="NAME", help="The queue, instead of the task's own.")
]
Delay = Annotated[
    str | None, typer.Option("--delay", metavar="DURATION", help="Not before this time from now: 30s, 10m, 1h30m.")
]
Priority = Annotated[int | None, typer.Option("--priority", metavar="0-9", help="9 is the most urgent, 5 the default.")]
Key = Annotated[
    str | None, typer.Option("--key", metavar="TEXT", help="Submitting the same key again gives the first job back.")
]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", metavar="TEXT", help="A label to find it by; may be repeated.")
]
Timeout = Annotated[
    str | None, typer.Option("--timeout", metavar="DURATION", help="The longest one attempt may run: 30s, 10m.")
]
Retries = Annotated[
    int | None, typer.Option("--retries", metavar="N", help="How often it is run again after an error.")
]
Within = Annotated[
    str | None,
    typer.Option("--within", metavar="DURATION", help="Stop waiting after this time (exit 124); the job goes on."),
]


@dataclass(frozen=True, slots=True)
class Order:
    """A described job and where it goes."""

    ferry: Ferryman
    job: NewJob
    place: Place

    async def store(self, store: Store) -> Submitted:
        """Store the job. Sent again after an unknown answer it is the same job, so it is stored once."""
        [answer] = await store.submit([self.job])
        if self.ferry.tasks or not answer.created:
            return answer
        await self._warn_of_a_slip(store)
        return answer

    async def _warn_of_a_slip(self, store: Store) -> None:
        """Without the app nobody checked the task's name: compare it with what living workers run."""
        running = {task for row in await store.inspector.workers() if row.alive for task in row.info.tasks}
        if running and self.job.task not in running:
            hint = did_you_mean(self.job.task, running)
            note(f"{paint('note:', 'yellow')} no worker that is alive runs a task {self.job.task!r}.{hint}")


def order(place: Place, task: str, words: Sequence[str], json_text: str | None, options: dict[str, Any]) -> Order:
    """Describe a job.

    With an app, its task checks the arguments now; without one, they are taken as they are and the worker checks.
    Raises `UnknownTask`, `InvalidArguments`, `InvalidOption`.
    """
    said = Options.named({name: value for name, value in options.items() if value not in (None, [], ())})
    ferry = place.known_app()
    if ferry is not None:
        definition = ferry.find_task(task)
        return Order(ferry, ferry.describe(task, read_arguments(words, json_text, definition), said), place)
    valid_name(task, "task")
    text = read_arguments(words, json_text, None)
    _check_object(text)
    return Order(Ferryman(place.url), NewJob.build(new_job_id(), task, text, said), place)


def _check_object(text: str) -> None:
    try:
        fine = isinstance(parse_json(text), dict) and flaw(text) is None
    except ValueError:
        fine = False
    if not fine:
        raise InvalidOption("args", f'the arguments are no JSON object: {text[:60]!r} should look like {{"n": 5}}')

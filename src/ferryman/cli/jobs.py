"""`ferryman jobs`: list, show and watch jobs, and act on them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Annotated

import typer

from ferryman.app import Ferryman
from ferryman.cli.bulk import WORDS, Found, act, count, follow, select
from ferryman.cli.bulk import conclude as conclude_bulk
from ferryman.cli.console import LINE, note
from ferryman.cli.examples import JOB_ID, examples
from ferryman.cli.failures import ExitCode, Failure
from ferryman.cli.follow import Follower, conclude
from ferryman.cli.noun import noun
from ferryman.cli.output import OutputOption
from ferryman.cli.place import App, NoRetry, Place, Url, on_store
from ferryman.cli.views import JOBS
from ferryman.cli.waiting import ask
from ferryman.cli.waiting import show as show_reason
from ferryman.domain.errors import JobNotFound, did_you_mean
from ferryman.domain.ids import parse_job_id
from ferryman.domain.job import Job
from ferryman.domain.state import Operation
from ferryman.store.protocol import Store
from ferryman.store.query import LARGEST_PAGE, Include, JobFilter, PageRequest
from ferryman.store.query_text import parse_query

app = noun(
    "List, show, watch, retry, cancel, delete jobs.",
    "ferryman jobs ls state:failed",
    "ferryman jobs retry state:failed queue:mail -y",
)

Query = Annotated[
    list[str] | None,
    typer.Argument(
        help='state:failed queue:mail task:send_email tag:x error:"timed out" after:2h. By comma: any of them.',
        metavar="QUERY",
        show_default=False,
    ),
]
Which = Annotated[list[str] | None, typer.Argument(help="Ids, or a query as for jobs ls.", metavar="ID|QUERY")]
JobId = Annotated[str, typer.Argument(help="The job's id.", metavar="ID")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; needed for a query outside a terminal.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show how many jobs it would be.")]


@app.command("ls", epilog=examples("ferryman jobs ls state:failed queue:mail", "ferryman jobs ls -o ids -n 1000"))
def list_jobs(
    query: Query = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="Most jobs to list.")] = 50,
    oldest: Annotated[bool, typer.Option("--oldest", help="Oldest first.")] = False,
    output: OutputOption = None,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> None:
    """List jobs, newest first."""
    where = parse_query(" ".join(query or ()), time.time())

    async def look(store: Store) -> list[Job]:
        jobs: list[Job] = []
        cursor, examined = None, 0
        while len(jobs) < limit:
            size = min(limit - len(jobs), LARGEST_PAGE)
            page = await store.inspector.find(where, PageRequest(size, cursor, oldest_first=oldest))
            jobs += page.jobs
            examined += page.examined
            cursor = page.cursor
            if cursor is None:
                break
            if where.scanned:
                LINE.show(f"{len(jobs):,} found among {examined:,} that were looked at")
        LINE.clear()
        if not jobs:
            await _hint_at_names(store, where)
        return jobs

    place = Place(url, app_name, no_retry)
    JOBS.write(on_store(place.any_app(), look, no_retry=no_retry), output)


async def _hint_at_names(store: Store, where: JobFilter) -> None:
    """An empty list may be a slip of the pen: say which queue or task was probably meant."""
    rows = await store.inspector.counts()
    for word, asked, known in (
        ("queue", where.queues, {row.queue for row in rows}),
        ("task", where.tasks, {row.task for row in rows}),
    ):
        for name in asked:
            if name not in known:
                note(f"There are no jobs of {word} {name!r}.{did_you_mean(name, known)}")


@app.command(epilog=examples(f"ferryman jobs show {JOB_ID}", f"ferryman jobs show {JOB_ID} -o json"))
def show(
    job_id: JobId, output: OutputOption = None, url: Url = None, app_name: App = None, no_retry: NoRetry = False
) -> None:
    """Show everything that is known of one job: arguments, result, attempts."""
    wanted = parse_job_id(job_id)

    async def look(store: Store) -> Job:
        [job] = await store.inspector.get([wanted], frozenset(Include))
        if job is None:
            raise JobNotFound(wanted)
        return job

    JOBS.write_one(on_store(Place(url, app_name).any_app(), look, no_retry=no_retry), output)


@app.command(epilog=examples(f"ferryman jobs watch {JOB_ID}", f"ferryman jobs watch {JOB_ID} > result.json"))
def watch(job_id: JobId, url: Url = None, app_name: App = None, no_retry: NoRetry = False) -> int:
    """Follow one job to its end; the result goes to stdout, the exit code is the job's outcome.

    Ctrl-C stops watching; the job goes on.
    """
    ferry = Place(url, app_name).any_app()
    return conclude(on_store(ferry, Follower(parse_job_id(job_id)), no_retry=no_retry))


@app.command(epilog=examples(f"ferryman jobs why {JOB_ID}", f"ferryman jobs why {JOB_ID} -o json"))
def why(
    job_id: JobId, output: OutputOption = None, url: Url = None, app_name: App = None, no_retry: NoRetry = False
) -> None:
    """Say why a job is where it is: what it waits for, since when, and what would free it."""
    wanted = parse_job_id(job_id)
    job, reason = on_store(Place(url, app_name).any_app(), lambda store: ask(store, wanted), no_retry=no_retry)
    show_reason(job, reason, output)


@app.command(epilog=examples("ferryman jobs retry queue:mail -y", f"ferryman jobs retry {JOB_ID}"))
def retry(
    which: Which = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> None:
    """Run jobs that have ended once more. A query without a state means failed ones."""
    _act(Operation.RETRY, which, Place(url, app_name, no_retry), yes=yes, dry_run=dry_run)


@app.command(epilog=examples("ferryman jobs cancel task:send_email --dry-run", f"ferryman jobs cancel {JOB_ID}"))
def cancel(
    which: Which = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> None:
    """Cancel jobs: waiting ones at once, running ones by taking their lease away."""
    _act(Operation.CANCEL, which, Place(url, app_name, no_retry), yes=yes, dry_run=dry_run)


@app.command(epilog=examples("ferryman jobs rm state:completed -y", f"ferryman jobs rm {JOB_ID}"))
def rm(
    which: Which = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> None:
    """Delete jobs that are not running, with their results and attempts."""
    _act(Operation.DELETE, which, Place(url, app_name, no_retry), yes=yes, dry_run=dry_run)


@app.command("run-now", epilog=examples("ferryman jobs run-now task:send_email -y", f"ferryman jobs run-now {JOB_ID}"))
def run_now(
    which: Which = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    url: Url = None,
    app_name: App = None,
    no_retry: NoRetry = False,
) -> None:
    """Run scheduled jobs now, whatever they wait for."""
    _act(Operation.RUN_NOW, which, Place(url, app_name, no_retry), yes=yes, dry_run=dry_run)


def _act(operation: Operation, which: list[str] | None, place: Place, *, yes: bool, dry_run: bool) -> None:
    selection = select(operation, which or ())
    ferry = place.any_app()
    if selection.where is None:
        _act_on_ids(operation, selection.ids, ferry, place, dry_run=dry_run)
        return
    where = selection.where

    async def look(store: Store) -> Found:
        found = await count(store, where)
        if not found.states:
            await _hint_at_names(store, replace(where, states=()))
        return found

    found = on_store(ferry, look, no_retry=place.no_retry)
    bulk = act(operation, where, found, yes=yes, dry_run=dry_run)
    if bulk is not None:
        conclude_bulk(operation, on_store(ferry, lambda store: follow(store, bulk, found), no_retry=place.no_retry))


def _act_on_ids(operation: Operation, ids: tuple[str, ...], ferry: Ferryman, place: Place, *, dry_run: bool) -> None:
    """Act on jobs named one by one; the first that is unknown or refuses decides the exit code."""
    word, past = WORDS[operation]
    if dry_run:
        print(f"{word} {len(ids):,} jobs (dry run: nothing was done)")
        return
    changes = on_store(ferry, lambda store: store.inspector.act(operation, ids), no_retry=place.no_retry)
    for change in changes:
        if change.done:
            print(f"{change.id} {past}")
    for change in changes:
        if not change.done and change.state is None:
            raise JobNotFound(change.id)
        if not change.done and change.state is not None:
            raise Failure(
                f"cannot {operation.value} job {change.id}",
                f"it is {change.state.value}",
                f"Look at it: ferryman jobs show {change.id}",
                ExitCode.REFUSED,
            )

"""Tells why a job waits."""

from __future__ import annotations

import time

from ferryman.cli.console import note, paint
from ferryman.cli.output import Output, OutputOption, View, chosen, write_object
from ferryman.cli.views import moment
from ferryman.domain.job import Job
from ferryman.store.protocol import Store
from ferryman.store.why import STUCK, Why, why


async def tell_if_stuck(store: Store, job_id: str) -> bool:
    """Say so when a job that waits will go on to wait until somebody does something; return whether it was said."""
    _, reason = await why(store.inspector, job_id, time.time())
    if reason.reason in STUCK:
        note(f"{paint('note:', 'yellow')} {reason.detail} {reason.fix}")
    return reason.reason in STUCK


async def ask(store: Store, job_id: str) -> tuple[Job, Why]:
    """Return a job and why it is where it is; raises `JobNotFound`."""
    return await why(store.inspector, job_id, time.time())


def show(job: Job, reason: Why, output: OutputOption) -> None:
    """Write the reason to stdout: the sentence and what would help for a person, all of it for a program."""
    if chosen(output) is Output.TABLE:
        print(reason.detail)
        if reason.fix:
            print(reason.fix)
        return
    write_object(_view(job, reason), output, identify=job.id)


def _view(job: Job, reason: Why) -> View:
    return {
        "id": job.id,
        "state": job.state.value,
        "reason": reason.reason.value,
        "detail": reason.detail,
        "since": moment(reason.since),
        "until": moment(reason.until),
        "fix": reason.fix,
        "facts": reason.facts,
    }

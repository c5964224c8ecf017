"""Moves waiting jobs from one store to another: nothing is lost and nothing is doubled, however often it is cut off.

A job is stored in the target before it is deleted from the source, under the same id: when that is cut off in between,
the next move finds it in the target and only deletes it. Nothing of the source is claimed meanwhile, since its queues
are paused, and they stay so. Finished jobs, the live output of jobs and the history stay where they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ferryman.domain.job import Job, NewJob
from ferryman.domain.state import Operation, State
from ferryman.ports import SYSTEM
from ferryman.store.protocol import Store
from ferryman.store.query import LARGEST_PAGE, Include, JobFilter, PageRequest

#: Who paused the queues of a source.
BY = "ferryman migrate"
#: Pause between two looks at jobs that still run, in seconds.
LOOK_AGAIN = 0.2

_WAITING = (State.SCHEDULED, State.PENDING)
_PARTS = frozenset({Include.ARGS, Include.ATTEMPTS, Include.REQUEST})


@dataclass(slots=True)
class Moved:
    """How far a move is: jobs moved, jobs still running in the source, and jobs that must stay there because the target
    has another one with their key or request."""

    moved: int = 0
    running: int = 0
    taken: int = 0


async def move_jobs(source: Store, target: Store, patience: float, tell: Callable[[Moved], None]) -> Moved:
    """Move every waiting job; those that run are waited for, `patience` seconds at most, and moved if they come back.

    `tell` is called as it goes on. What is left, `Moved` says; moving again goes on from there. Raises what the stores
    raise.
    """
    done = Moved()
    deadline = SYSTEM.monotonic() + patience
    while True:
        queues = await _pause(source, target)
        if queues:
            await _move_waiting(source, target, queues, done, tell)
        await source.upkeep(LARGEST_PAGE)  # takes back what dead workers left, which nobody else may be there to do
        counts = await source.inspector.counts()
        done.running = sum(count.jobs for count in counts if count.state is State.PROCESSING)
        waiting = sum(count.jobs for count in counts if count.state in _WAITING)
        tell(done)
        if waiting <= done.taken and (not done.running or SYSTEM.monotonic() > deadline):
            return done
        await asyncio.sleep(LOOK_AGAIN)


async def _pause(source: Store, target: Store) -> tuple[str, ...]:
    """Pause the queues of the source and return them; only of these jobs may be moved, since nobody can claim them.

    The target is paused where a person wanted the source paused, and goes on where an earlier move had paused it.
    """
    theirs = {row.name: row for row in await target.inspector.queues()}
    rows = await source.inspector.queues()
    for row in rows:
        there = theirs.get(row.name)
        if row.paused and row.paused_by != BY:
            if there is None or not there.paused:
                await target.inspector.pause(row.name, True, row.paused_by or "")
        elif there is not None and there.paused_by == BY:
            await target.inspector.pause(row.name, False)
        if not row.paused:
            await source.inspector.pause(row.name, True, BY)
    return tuple(row.name for row in rows)


async def _move_waiting(
    source: Store, target: Store, queues: tuple[str, ...], done: Moved, tell: Callable[[Moved], None]
) -> None:
    where = JobFilter(states=_WAITING, queues=queues)
    cursor: str | None = None
    done.taken = 0
    while True:
        page = await source.inspector.find(where, PageRequest(LARGEST_PAGE, cursor, oldest_first=True))
        jobs = await source.inspector.get([job.id for job in page.jobs], _PARTS)
        await _move_page(source, target, [job for job in jobs if job and job.state in _WAITING], done)
        tell(done)
        cursor = page.cursor
        if cursor is None:
            return


async def _move_page(source: Store, target: Store, jobs: list[Job], done: Moved) -> None:
    answers = await target.submit([NewJob.carried(job) for job in jobs])
    there = [job.id for job, answer in zip(jobs, answers, strict=True) if answer.id == job.id and not answer.conflict]
    deleted = await source.inspector.act(Operation.DELETE, there)
    done.moved += sum(changed.done for changed in deleted)
    done.taken += len(jobs) - len(there)

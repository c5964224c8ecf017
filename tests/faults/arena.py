"""A place for run after run: a site with a healthy worker, and the history of all that was asked there."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ferryman.domain.job import Job, NewJob
from ferryman.store.messages import Submitted
from ferryman.store.query import Include
from tests.conformance import census
from tests.faults import roles
from tests.faults.evidence import Mark, against, read_marks, runs
from tests.faults.forks import Fork
from tests.faults.site import Site
from tests.history.records import Call, History, Sight

LEASE = 1.0
#: Slots of the healthy worker: enough to go on at once with what another leaves behind.
KEEPER_SLOTS = 16
#: When no fault is left, everything must have ended within this time, in seconds.
PATIENCE = 20.0
_EVERYTHING = frozenset(Include)


@dataclass
class Arena:
    """Runs happen here one after the other; `close` judges all of them together."""

    folder: Path
    url: str
    history: History = field(default_factory=lambda: History(clock=time.time, one_line=False))
    forks: list[Fork] = field(default_factory=list)
    #: By job: the number of its run.
    of_run: dict[str, int] = field(default_factory=dict)

    async def open(self, keeper: bool = True) -> Arena:
        """Open it; with its healthy worker, unless that comes later."""
        self.site = Site(self.folder, self.url, LEASE)
        if keeper:
            self.keep()
        return self

    def keep(self) -> None:
        """Start the healthy worker."""
        self.keeper = self.fork(roles.worker, KEEPER_SLOTS, name="keeper")

    def fork(self, role: Callable[..., Any], *said: Any, name: str, failpoint: str | None = None) -> Fork:
        """Start a process of the site."""
        made = Fork(self.folder, self.url, role, said, failpoint, LEASE, f"{name}-{len(self.forks)}").start()
        self.forks.append(made)
        return made

    async def submit(self, run: int, jobs: Sequence[NewJob], by: str = "driver") -> list[str]:
        """Submit jobs and return their ids, as they were acknowledged."""
        client = await self.site.ferry.connections.here()
        call = self.asked(run, jobs, by)
        answers = await client.submit(jobs)
        self.history.answered(call, answers)
        self.of_run.update((answer.id, run) for answer in answers)
        return [answer.id for answer in answers]

    def asked(self, run: int, jobs: Sequence[NewJob], by: str) -> Call:
        """Note that jobs were asked for."""
        self.of_run.update((job.id, run) for job in jobs)
        return self.history.call(self.history.submits, by, list(jobs))

    def acknowledged(self, run: int, jobs: Sequence[NewJob], by: str) -> None:
        """Note what another process was told."""
        call = self.asked(run, jobs, by)
        self.history.answered(call, [Submitted(job.id, True) for job in jobs])

    async def look(self, ids: Sequence[str]) -> list[Job]:
        """Look at jobs; those that do not exist are left out."""
        client = await self.site.ferry.connections.here()
        begun = time.time()
        found = await client.store.inspector.get(ids, _EVERYTHING)
        ended = time.time()
        self.history.sights += [Sight(job_id, begun, ended, job) for job_id, job in zip(ids, found, strict=True)]
        return [job for job in found if job is not None]

    async def until_ended(self, ids: Sequence[str]) -> list[Job]:
        """Return the jobs once all of them have ended, or as they are when that takes too long."""
        deadline = time.monotonic() + PATIENCE
        while True:
            jobs = await self.look(ids)
            if (len(jobs) == len(ids) and all(job.final for job in jobs)) or time.monotonic() > deadline:
                return jobs
            await asyncio.sleep(0.1)

    def marks(self) -> list[Mark]:
        """Return what the tasks witnessed."""
        return read_marks(self.folder)

    async def blocked(self) -> bool:
        """Whether a frozen process holds the file, so that nobody can write: not promised away."""
        return self.url.startswith("sqlite:") and await asyncio.to_thread(_locked, self.folder / "jobs.db")

    async def close(self) -> list[tuple[int, str]]:
        """Stop the healthy worker, judge all runs and return what speaks against the store, with the run it is of."""
        said: list[tuple[int, str]] = []
        try:
            self.keeper.tell(signal.SIGTERM)
            if not await self.keeper.ended(15) or self.keeper.code != 0:
                said.append((0, f"the healthy worker ended with {self.keeper.code}: {self.keeper.said_so_far[-500:]}"))
            client = await self.site.ferry.connections.here()
            try:
                self.history.final = await census.take(client.store)
                await census.take_apart(client.store)
            except AssertionError as error:
                return [*said, (0, f"census: {error}")]  # what cannot be listed cannot be judged
            marks = self.marks()
            self.history.runs = runs(marks)
            said += [(self._run_of(text), text) for text in against(self.history, marks)]
        finally:
            await self.abandon()
        return said

    async def abandon(self) -> None:
        """Kill what is left."""
        while self.forks:
            await self.forks.pop().close()
        await self.site.close()

    def _run_of(self, text: str) -> int:
        return next((run for job, run in self.of_run.items() if job in text), 0)


def _locked(path: Path) -> bool:
    connection = sqlite3.connect(path, timeout=0.3, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False

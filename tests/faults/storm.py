"""Storms: under load one worker after the other is killed, or again and again all of them at once with their client."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import signal
import time
from dataclasses import dataclass, field
from itertools import pairwise

from ferryman.domain.job import Job
from ferryman.domain.outcome import Ending
from ferryman.domain.state import FINAL
from tests.faults import roles
from tests.faults.arena import LEASE, PATIENCE, Arena
from tests.faults.campaign import ground
from tests.faults.evidence import RECOVERY, pid_of
from tests.faults.fault_tasks import work
from tests.faults.forks import Fork

CREW = 5
SLOTS = 8
#: Seconds between two kills: of one, and of all.
OF_ONE, OF_ALL = 0.5, 2.0
#: Jobs that are submitted between two kills.
JOBS = 30
#: Seconds between the calls of the client: enough that the workers keep up.
REST = 0.02


@dataclass
class Storm:
    """`seconds` of it; with `everything` all workers die at once, and a client in the middle of its submits."""

    store: str
    seed: int
    seconds: float
    everything: bool
    ids: list[str] = field(default_factory=list)
    killed: dict[int, float] = field(default_factory=dict)
    crew: list[Fork] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    executions: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    async def run(self) -> Storm:
        """Have it rage, let the sea calm down, and judge what is left."""
        self.dice = random.Random(self.seed)
        with ground(self.store) as (folder, url):
            self.arena = Arena(folder, url.format(place=folder, prefix=f"f{secrets.token_hex(6)}"))
            try:
                await self.arena.open(keeper=False)
                await self._rage()
                self.arena.keep()
                await self._calm()
                self.jobs = await self.arena.look(self.ids)
                self._judge()
                self.wrong += [text for _, text in await self.arena.close()]
            finally:
                await self.arena.abandon()
        return self

    async def _rage(self) -> None:
        for _ in range(CREW):
            self._hire()
        rounds = round(self.seconds / (OF_ALL if self.everything else OF_ONE))
        for number in range(rounds):
            await self._submit()
            if self.everything:
                await self._kill_all(number)
            else:
                moment = OF_ONE * self.dice.random()
                await asyncio.sleep(moment)
                await self._kill(self.dice.randrange(CREW))
                await asyncio.sleep(OF_ONE - moment)
        for worker in self.crew:
            worker.tell(signal.SIGTERM)

    async def _kill_all(self, number: int) -> None:
        client = self.arena.fork(roles.client, f"client-{number}", 1_000, 5, REST, name="client")
        await asyncio.sleep(OF_ALL * (0.5 + 0.5 * self.dice.random()))
        client.tell(signal.SIGKILL)
        for place in range(CREW):
            await self._kill(place)
        await client.gone.wait()
        asked, known = roles.heard(self.arena.folder / f"client-{number}.txt")
        self.arena.acknowledged(1, [asked[job] for job in known], client.name)
        self.arena.asked(1, [job for job_id, job in asked.items() if job_id not in known], client.name)
        self.ids += known

    async def _kill(self, place: int) -> None:
        victim = self.crew.pop(place)
        victim.tell(signal.SIGKILL)
        self.killed[victim.pid] = time.time()
        await victim.gone.wait()
        self._hire()

    def _hire(self) -> None:
        self.crew.append(self.arena.fork(roles.worker, SLOTS, name="worker"))

    async def _submit(self) -> None:
        waits = [self.dice.choice([0.0, 0.02, 0.1, 0.4]) for _ in range(JOBS)]
        self.ids += await self.arena.submit(1, [work.options(crashes=50).job(seconds=seconds) for seconds in waits])

    async def _calm(self) -> None:
        """Wait until every job has ended, also those of which nobody knows, or long enough."""
        client = await self.arena.site.ferry.connections.here()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not all(count.state in FINAL for count in await client.store.inspector.counts()):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)

    def _judge(self) -> None:
        if len(self.jobs) < len(self.ids):
            self.wrong.append(f"lost: {len(self.ids) - len(self.jobs)} of {len(self.ids)} acknowledged jobs")
        for job in self.jobs:
            if job.status != "completed":
                self.wrong.append(f"failed: {job.id} is {job.state}: {job.error}")
            for one, other in pairwise(job.attempts or ()):
                at = self.killed.get(pid_of(one))
                if one.ending is Ending.CRASHED and at is not None:
                    seconds = other.started_at - at
                    self.slowest = max(self.slowest, seconds)
                    if seconds > LEASE + RECOVERY:
                        self.wrong.append(f"too_late: {job.id} ran again after {seconds:.2f} s")
        self.executions = sum(mark.word == "begin" for mark in self.arena.marks())

    @property
    def told(self) -> str:
        """What it came to."""
        what = "all workers and a client" if self.everything else "a worker"
        crashed = sum(job.crashes for job in self.jobs)
        return (
            f"storm on {self.store}, seed {self.seed}, {self.seconds:g} s: {what} killed again and again, "
            f"{len(self.killed)} workers in all\n{len(self.jobs)} jobs, {self.executions} executions, "
            f"{crashed} attempts died, slowest recovery {self.slowest:.2f} s, {len(self.wrong)} violations"
        )

"""Simulated client processes: they submit by the real client, ask again when there was no answer, look, and meddle."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from ferryman.client import Client
from ferryman.domain.errors import JobNotFound, ResultTimeout, StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.domain.state import Operation
from ferryman.store.query import Include
from tests.simulation.loop import Process
from tests.simulation.tasks import ENDS, TASKS
from tests.simulation.world import QUEUES, World

#: How often a submit that got no answer is sent again before the client gives up.
MOST_TRIES = 6
EVERYTHING = frozenset(Include)
_OPERATIONS = (Operation.CANCEL, Operation.CANCEL, Operation.RETRY, Operation.RUN_NOW, Operation.DELETE)


async def opened(make: Callable[[], Any]) -> Any:
    """Open a store, as often as it takes; one that could not be opened is of no more use."""
    while True:
        store = make()
        try:
            await store.open()
            return store
        except StoreUnavailable:
            await asyncio.sleep(0.5)


class Person:
    """A client in a process of its own, for as long as `busy` says, in seconds."""

    def __init__(self, world: World, number: int, busy: float) -> None:
        self._world = world
        self._dice = world.dice
        self._pace = self._dice.choice([1.0, 3.0, 6.0])
        self._until = world.loop.time() + busy
        self.process: Process = world.process(f"client-{number}")
        self.living = self.process.run(self._live())

    async def _live(self) -> None:
        store = await opened(self._world.maker(self.process, self._world.ports()))
        client = Client(store)
        steps: list[Callable[[Client, Any], Awaitable[None]]] = [self.submit, self.look, self.meddle, self.wait]
        while self._world.loop.time() < self._until:
            await asyncio.sleep(self._dice.expovariate(self._pace))
            [step] = self._dice.choices(steps, [6, 3, 2, 2])
            try:
                await step(client, store)
            except StoreUnavailable:
                self._world.weather.seen["client told: unavailable"] += 1
        await client.close()
        await store.close()

    # -- what people do

    async def submit(self, client: Client, store: Any) -> None:
        """Submit some jobs until they are acknowledged; the same jobs each time, as the contract asks."""
        jobs = [self._job() for _ in range(self._dice.choice([1, 1, 2, 5]))]
        if self._dice.random() < 0.15:
            request = f"request-{self._dice.randrange(6)}"
            jobs = [job._replace(key=None, request=f"{request}#{n}", fingerprint="f") for n, job in enumerate(jobs[:1])]
        for _ in range(MOST_TRIES):
            try:
                await self._submit_once(client, jobs)
                return
            except StoreUnavailable:
                await asyncio.sleep(self._dice.uniform(0.1, 3.0))

    async def _submit_once(self, client: Client, jobs: Sequence[NewJob]) -> None:
        submitting = asyncio.create_task(client.submit(jobs))
        if self._world.weather.strikes(self._world.weather.cancelled, "submit cancelled"):
            await asyncio.sleep(self._dice.uniform(0, 0.004))
            submitting.cancel()
        try:
            await submitting
        except asyncio.CancelledError:
            raise StoreUnavailable("the caller was cancelled") from None

    def _job(self) -> NewJob:
        dice = self._dice
        seconds = dice.choice([0.0, 0.0, 0.05, 1.0, 4.0, 9.0])
        said = {"seconds": seconds, "end": dice.choice(ENDS[:1] * 4 + ENDS), "words": dice.choice([0, 0, 0, 3])}
        delay = dice.choice([None, None, None, 0.0, 2.0, 7.0])
        return NewJob(
            self._world.fresh_id(),
            dice.choice(tuple(TASKS)),
            json.dumps(said),
            dice.choice(QUEUES),
            priority=dice.choice([5, 5, 5, 3, 8]),
            delay=delay,
            run_at=self._world.time() + dice.uniform(-5, 6) if delay is None and dice.random() < 0.1 else None,
            timeout=dice.choice([None, None, 6.0]),
            max_retries=dice.choice([0, 1, 2]),
            max_crashes=dice.choice([0, 1, 3, 3]),
            key=dice.choice([None, None, None, "red", "green"]),
        )

    async def look(self, client: Client, store: Any) -> None:
        """Look at some jobs."""
        await store.inspector.get(self._some(5), EVERYTHING)

    async def meddle(self, client: Client, store: Any) -> None:
        """Do something to some jobs, or to a queue."""
        if self._dice.random() < 0.15:
            queue = self._dice.choice(QUEUES)
            await store.inspector.pause(queue, True, "a person")
            await asyncio.sleep(self._dice.uniform(0.5, 6))
            await store.inspector.pause(queue, False)
            return
        await store.inspector.act(self._dice.choice(_OPERATIONS), self._some(2))

    async def wait(self, client: Client, store: Any) -> None:
        """Wait for a job's end, which must be one."""
        for job_id in self._some(1):
            try:
                job = await client.finished(job_id, timeout=self._dice.uniform(0.5, 10))
            except (JobNotFound, ResultTimeout):
                return
            if not job.final:
                self._world.faults.append(f"waiting for {job_id} ended while it was {job.state}")

    def _some(self, most: int) -> list[str]:
        jobs = self._world.jobs
        return self._dice.sample(jobs, min(len(jobs), self._dice.randint(1, most)))

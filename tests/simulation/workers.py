"""Simulated worker processes: the real worker with the real upkeep."""

from __future__ import annotations

import asyncio
from typing import Any

from ferryman.service import Surroundings, call_patiently
from ferryman.upkeep.lookout import Lookout
from ferryman.upkeep.upkeep import Upkeep
from ferryman.worker.plan import Plan
from ferryman.worker.worker import Worker
from tests.simulation.loop import Process
from tests.simulation.tasks import EVIDENCE, TASKS
from tests.simulation.world import LEASE, QUEUES, World

#: How long a worker may take to end when asked to, in seconds: its grace, and its last words.
END_WITHIN = 30.0


class SimulatedWorker:
    """A worker in a process of its own."""

    def __init__(self, world: World, number: int, *, serves_all: bool = False) -> None:
        self._world = world
        self.process = world.process(f"worker-{number}")
        dice = world.dice
        queues: tuple[str, ...] = () if serves_all else dice.choice([(), (), QUEUES, QUEUES[:1], QUEUES[1:]])
        tasks = tuple(TASKS) if serves_all else dice.choice([tuple(TASKS), tuple(TASKS), tuple(TASKS)[:1]])
        self.plan = Plan(self.process.name, queues, tasks, dice.choice([1, 2, 5]), LEASE, dice.choice([0.5, 4.0]))
        self.worker: Worker | None = None
        self.running = self.process.run(self._live())

    async def _live(self) -> None:
        EVIDENCE.set(self._world.history)
        ports = self._world.ports()
        around = Surroundings.of(self._world.emit, ports)
        make = self._world.maker(self.process, ports)

        async def opened() -> Any:
            store = make()
            await store.open()
            return store

        store = await call_patiently(opened, "opening", around)
        worker = self.worker = Worker(store, make, {name: TASKS[name] for name in self.plan.tasks}, self.plan, around)
        beside = [
            Upkeep(store, around).service,
            Lookout(store.inspector, self.plan.queues, self.plan.tasks, around).service,
        ]
        for service in beside:
            service.start()
        try:
            await worker.run()
        finally:
            for service in beside:
                await service.stop(patience=1.0)
            await store.close()

    async def end(self) -> None:
        """Ask the worker to end, and check that it does, and that it lost none of its slots."""
        while self.worker is None and not self.running.done():  # noqa: ASYNC110  # it may wait for its store
            await asyncio.sleep(0.5)
        if self.worker is not None:
            self.worker.stop()
        done, _ = await asyncio.wait({self.running}, timeout=END_WITHIN)
        if not done:
            self._world.faults.append(f"{self.process.name} did not end")
        elif (error := self.running.exception()) is not None:
            self._world.faults.append(f"{self.process.name} ended by {error!r}")
        elif self.worker is not None and self.worker.attempts.held and not self.worker.turns.unreported:
            # What a store that was silent for too long has not taken at the end is told, and runs out by itself.
            self._world.faults.append(f"{self.process.name} still holds {self.worker.attempts.held}")


def kill(process: Process) -> None:
    """Kill a process: it does nothing any more, and neither says nor closes anything."""
    process.dead = process.frozen = True

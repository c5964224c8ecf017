"""What happens to processes, to the store and to its clock, at moments that the dice choose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.simulation.loop import Process
from tests.simulation.people import Person
from tests.simulation.workers import SimulatedWorker, kill
from tests.simulation.world import LEASE, World


class Disasters:
    """Strikes until `until`, with some seconds between two strikes on average."""

    def __init__(self, world: World, workers: list[SimulatedWorker], people: list[Person], until: float) -> None:
        self._world = world
        self._dice = world.dice
        self._workers = workers
        self._people = people
        self._until = until
        self._pause = self._dice.choice([0.5, 1.5, 4.0, 1_000.0])
        kinds: list[Callable[[], Awaitable[None]]] = [
            self._kill_worker,
            self._kill_worker,
            self._freeze,
            self._stop_worker,
            self._kill_client,
            self._move_clock,
            self._store_away,
            self._forget_scripts,
        ]
        #: A run meets some kinds again and again, and others never.
        self._kinds = [kind for kind in kinds if self._dice.random() < 0.6] or kinds

    async def strike(self) -> None:
        """Let disasters happen until it is enough."""
        while True:
            left = self._until - self._world.loop.time()
            await asyncio.sleep(max(0.0, min(left, self._dice.expovariate(1 / self._pause))))
            if self._world.loop.time() >= self._until:
                return
            kind = self._dice.choice(self._kinds)
            self._world.weather.seen[kind.__name__.strip("_").replace("_", " ")] += 1
            await kind()

    async def _kill_worker(self) -> None:
        worker = self._dice.choice(self._workers)
        if worker.worker is not None and worker.worker.attempts.running:
            self._world.weather.seen["killed with jobs"] += 1
        kill(worker.process)
        self._workers.remove(worker)
        await asyncio.sleep(self._dice.choice([0.0, 1.0, 2 * LEASE]))
        self._hire()

    async def _stop_worker(self) -> None:
        worker = self._dice.choice(self._workers)
        self._workers.remove(worker)
        self._hire()
        if worker.worker is not None:
            worker.process.run(_stop(worker))

    def _hire(self) -> None:
        self._workers.append(SimulatedWorker(self._world, len(self._world.processes)))

    async def _kill_client(self) -> None:
        person = self._dice.choice(self._people)
        kill(person.process)
        self._people.remove(person)
        left = self._until - self._world.loop.time()
        self._people.append(Person(self._world, len(self._world.processes), left))

    async def _freeze(self) -> None:
        process = self._dice.choice([*(one.process for one in self._workers), *(one.process for one in self._people)])
        process.frozen = True
        pause = self._dice.choice([0.3, LEASE, 3 * LEASE])
        asyncio.get_running_loop().call_later(pause, self._thaw, process)

    def _thaw(self, process: Process) -> None:
        if not process.dead:
            self._world.loop.thaw(process)

    async def _move_clock(self) -> None:
        step = self._dice.choice([-6.0, -1.0, 1.0, 6.0, 3_600.0])
        self._world.moved += step
        self._world.history.clock_went_back |= step < 0

    async def _store_away(self) -> None:
        self._world.weather.down = True
        await asyncio.sleep(self._dice.choice([0.2, 3.0, 2 * LEASE]))
        self._world.weather.down = False

    async def _forget_scripts(self) -> None:
        self._world.place.forget_scripts()


async def _stop(worker: SimulatedWorker) -> None:
    assert worker.worker is not None
    worker.worker.stop()

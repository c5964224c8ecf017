"""One run from its seed to its verdict."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ferryman.domain.outcome import Ending
from ferryman.domain.state import FINAL, State
from ferryman.store.protocol import Store
from ferryman.telemetry.events import OutcomeRefused, ServiceFailed
from tests.conformance import census
from tests.conformance.happened import Happened, happened
from tests.history.judge import judge
from tests.simulation.disasters import Disasters
from tests.simulation.loop import Deadlock
from tests.simulation.people import Person
from tests.simulation.places import Place
from tests.simulation.workers import SimulatedWorker
from tests.simulation.world import LEASE, QUEUES, World

#: Once the weather is fair, every job ends within this time, in seconds: leases that are out, retries that wait, delays
#: that a clock put back made longer.
END_WITHIN = 240.0


@dataclass
class Verdict:
    """What a run came to; `digest` is the same for every repetition of it."""

    seed: int
    violations: list[str]
    seen: Counter[str]
    jobs: int
    seconds: float
    steps: int
    digest: str


def simulate(seed: int, place: Place) -> Verdict:
    """Run one seed, and judge it."""
    world = World(seed, place)
    asyncio.set_event_loop(world.loop)
    try:
        world.loop.run_until_complete(_run(world))
    except Deadlock as error:
        world.faults.append(str(error))
    finally:
        asyncio.set_event_loop(None)
        world.close()
        world.loop.close()
    _note(world)
    digest = hashlib.sha256(repr((world.history.final, world.history.turns, world.history.runs)).encode()).hexdigest()
    return Verdict(
        seed,
        [*world.faults, *judge(world.history)],
        world.weather.seen,
        len(world.history.final),
        world.loop.time(),
        world.loop.steps,
        digest[:16],
    )


async def _run(world: World) -> None:
    dice = world.dice
    store = world.place.store(world.time, world.ports(), world.network)
    await store.open()
    world.weather.fair = False
    busy = dice.choice([3.0, 7.0, 14.0])
    workers = [SimulatedWorker(world, number) for number in range(dice.choice([1, 2, 3]))]
    people = [Person(world, number, busy) for number in range(dice.choice([1, 2]))]
    disasters = Disasters(world, workers, people, until=busy)
    await disasters.strike()
    world.weather.fair = True
    for process in world.processes:
        if not process.dead:
            world.loop.thaw(process)
    await asyncio.wait([person.living for person in people], timeout=60)
    world.faults += [f"{person.process.name} does not end" for person in people if not person.living.done()]
    workers.append(SimulatedWorker(world, len(world.processes), serves_all=True))
    try:
        await _settle(world, store)
        world.history.final = await census.take(store)
        await census.take_apart(store)
        _check_happened(world, await happened(store))
    except AssertionError as error:
        world.faults.append(f"census: {error}")
    for worker in workers:
        await worker.end()
    await store.close()
    world.over = True
    await _unwind(world)


def _check_happened(world: World, told: Happened) -> None:
    """Check that what happened was counted once, also where an answer was lost and the call was made again."""
    assert told.submitted <= len(set(world.jobs)), f"{told.submitted} jobs submitted, there were {len(world.jobs)}"
    if told.submitted > len(world.history.final):
        return  # jobs were deleted, and nobody knows what became of them
    endings = Counter(attempt.ending for job in world.history.final.values() for attempt in job.attempts or ())
    known = endings[Ending.COMPLETED], endings[Ending.RETRIED], endings[Ending.CRASHED]
    assert (told.completed, told.retried, told.crashed) == known, f"{told} happened, not {known}"
    world.weather.seen["history compared"] += 1


async def _settle(world: World, store: Store) -> None:
    """Wait until every job has ended; none may stay with a dead worker for longer than its lease and two seconds."""
    for queue in QUEUES:
        await store.inspector.pause(queue, False)
    fair_since = world.loop.time()
    late = fair_since + LEASE + 2.0
    dead = {process.name for process in world.processes if process.dead}
    while world.loop.time() < fair_since + END_WITHIN:
        counts = await store.inspector.counts()
        if all(count.state in FINAL for count in counts):
            return
        if world.loop.time() >= late and not world.history.clock_went_back:
            jobs = await census.listed(store)
            held = [job.id for job in jobs if job.state is State.PROCESSING and job.worker in dead]
            if held:
                world.faults.append(f"{held} stayed with dead workers")
                return
        await asyncio.sleep(0.5)


async def _unwind(world: World) -> None:
    """End the code of the dead, which can change nothing any more."""
    for process in world.processes:
        if process.dead:
            world.loop.thaw(process)
    mine = asyncio.current_task()
    left: list[asyncio.Task[Any]] = []
    for _ in range(50):
        left = [task for task in asyncio.all_tasks() if task is not mine]
        if not left:
            return
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=1.0)
    world.faults.append(f"tasks that do not end: {left}")


def _note(world: World) -> None:
    """Count what came of it, for the campaign to prove that it met it."""
    seen = world.weather.seen
    for job in world.history.final.values():
        endings = Counter(attempt.ending for attempt in job.attempts or ())
        seen["run again after a crash"] += endings[Ending.CRASHED]
        seen["failed for too many crashes"] += job.state is State.FAILED and endings[Ending.CRASHED] >= job.max_crashes
        seen["released"] += endings[Ending.RELEASED]
        seen["cancelled"] += job.state is State.CANCELLED
    for call in world.history.submits:
        seen["met a key or a request"] += sum(not answer.created for _, answer in world.history.answers(call))
    for event in world.events:
        seen["late outcome refused"] += isinstance(event, OutcomeRefused)
        if isinstance(event, ServiceFailed):
            world.faults.append(f"{event.service} failed: {event.error}")

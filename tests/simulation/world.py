"""What everybody in a run shares: one store, one loop with its made-up time, the weather, and the history."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ferryman.domain.ids import job_id
from ferryman.ports import Ports
from ferryman.store.protocol import Store
from ferryman.telemetry.events import Event
from tests.history.recording import RecordingStore
from tests.history.records import History
from tests.simulation.door import Door
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.network import Network
from tests.simulation.places import Place
from tests.simulation.weather import Weather

#: Where the made-up time starts, in seconds since the epoch.
EPOCH = 1_893_456_000.0
#: Short, so that much happens in few seconds.
LEASE = 5.0
QUEUES = ("quay", "dock")


@dataclass
class World:
    """What everybody in a run shares."""

    seed: int
    place: Place
    dice: Random = field(init=False)
    loop: SimulatedLoop = field(init=False)
    weather: Weather = field(init=False)
    network: Network = field(init=False)
    history: History = field(init=False)
    #: By how much the store's clock was moved, in seconds.
    moved: float = 0.0
    jobs: list[str] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    #: What is told from now on counts no more: only the code of the dead still runs.
    over: bool = False
    #: What broke that no history tells: a worker that did not end, a slot that was lost.
    faults: list[str] = field(default_factory=list)
    _opened: list[Store] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        self.loop = SimulatedLoop(Random(self.seed + 1))
        self.weather = Weather.drawn(self.dice, LEASE)
        self.network = Network(self.weather)
        self.loop.datagrams = self.network.open
        self.loop.set_exception_handler(self._trouble)
        partitions = self.dice.choice([1, 1, 1, 4])
        self.history = History(one_line=partitions == 1 or self.place.fails_by_itself)
        self.place.begin(partitions)

    def time(self) -> float:
        """Return the store's time."""
        return EPOCH + self.loop.time() + self.moved

    def process(self, name: str) -> Process:
        """Make a process."""
        made = Process(name)
        self.processes.append(made)
        return made

    def ports(self) -> Ports:
        """Return the ports of a process, whose clocks agree with nobody's."""
        skew, offset = self.dice.choice([0.0, -3_600.0, 7.0, 86_400.0]), self.dice.uniform(0, 1_000)
        return Ports(
            clock=lambda: EPOCH + self.loop.time() + skew,
            monotonic=lambda: self.loop.time() + offset,
            dice=self.dice.random,
            bits=self.dice.getrandbits,
            pause=_never,
            datagrams=lambda: self.network,
            threads=False,
        )

    def maker(self, process: Process, ports: Ports) -> Callable[[], Any]:
        """Return what makes stores for a process: recorded, and with everything in the way that may go wrong."""

        def make() -> Any:
            store = self.place.store(self.time, ports, self.network)
            self._opened.append(store)
            door: Any = Door(store, process, self.weather, self.place.fails_by_itself)
            return RecordingStore(door, self.history, process.name)

        return make

    def emit(self, event: Event) -> None:
        """Note what an actor tells."""
        if not self.over:
            self.events.append(event)

    def _trouble(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not self.over:
            self.faults.append(f"asyncio: {context['message']}: {context.get('exception')!r} {context.get('future')!r}")

    def fresh_id(self) -> str:
        """Make a job's id."""
        made = job_id(self.time(), self.dice.getrandbits(74))
        self.jobs.append(made)
        return made

    def close(self) -> None:
        """Let go of what the processes opened."""
        for store in self._opened:
            store.abandon()


def _never(seconds: float) -> None:
    raise AssertionError("a simulated process waits by the loop only")

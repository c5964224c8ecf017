"""Many runs, one after the other, and what they came to."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.redis_server import VOLATILE, RedisServer
from tests.simulation.places import Place, RedisPlace, SqlitePlace
from tests.simulation.run import Verdict, simulate

STORES = ("sqlite", "redis")
#: What a campaign must have met in every 1,000 runs, or it proves too little.
MUST_SEE = {
    "reply lost": 5_000,
    "request lost": 5_000,
    "signal lost or subscription broken": 1_000,
    "message stalled": 2_000,
    "submit cancelled": 200,
    "kill worker": 300,
    "killed with jobs": 100,
    "kill client": 200,
    "freeze": 200,
    "move clock": 200,
    "store away": 200,
    "run again after a crash": 200,
    "failed for too many crashes": 100,
    "late outcome refused": 50,
    "released": 100,
    "cancelled": 500,
    "met a key or a request": 1_000,
}


@dataclass
class Tally:
    """The sum of the verdicts of a campaign."""

    runs: int = 0
    jobs: int = 0
    virtual: float = 0.0
    steps: int = 0
    took: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    broken: list[Verdict] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """Count a run."""
        self.runs += 1
        self.jobs += verdict.jobs
        self.virtual += verdict.seconds
        self.steps += verdict.steps
        self.seen += verdict.seen
        if verdict.violations:
            self.broken.append(verdict)

    def missing(self) -> list[str]:
        """Return what was met too rarely for so many runs."""
        seen = self.seen + Counter(
            {"signal lost or subscription broken": self.seen["signal lost"] + self.seen["subscription broken"]}
        )
        return [name for name, least in MUST_SEE.items() if seen[name] < least * self.runs / 1_000]


@contextmanager
def place(store: str) -> Iterator[Place]:
    """Give a place for runs on a store, on a server of its own where it takes one."""
    shared_memory = Path("/dev/shm")
    folder = Path(
        tempfile.mkdtemp(prefix="ferryman-simulation-", dir=shared_memory if shared_memory.is_dir() else None)
    )
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if store == "sqlite":
            made: Place = SqlitePlace(folder)
        else:
            server = RedisServer(folder, settings=(*VOLATILE, "--activerehashing", "no")).start()
            stack.callback(server.stop)
            made = RedisPlace(server.port)
        stack.callback(made.close)
        yield made


def run(store: str, seeds: range) -> Iterator[tuple[Tally, Verdict]]:
    """Simulate seed after seed; yields the sum so far, and the last verdict."""
    tally, begun = Tally(), time.monotonic()
    with place(store) as where:
        for seed in seeds:
            verdict = simulate(seed, where)
            tally.add(verdict)
            tally.took = time.monotonic() - begun
            yield tally, verdict


def replay(store: str, seed: int) -> str:
    """Return the command that runs one seed again."""
    return f"python -m tests.simulation --store {store} --seed {seed}"

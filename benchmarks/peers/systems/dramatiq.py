"""Dramatiq: threads, at least once; results only for `echo`, as it keeps none unless told to."""

from __future__ import annotations

import os
import sys

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from benchmarks.peers.systems import interface
from benchmarks.peers.systems.interface import RESULTS, URL, VARIANT, Call, System

if RESULTS:
    from dramatiq.results import Results
    from dramatiq.results.backends.redis import RedisBackend

broker = RedisBroker(url=URL)
if RESULTS:
    broker.add_middleware(Results(backend=RedisBackend(url=URL), store_results=True))
dramatiq.set_broker(broker)

TASKS = {"noop": dramatiq.actor(interface.noop), "echo": dramatiq.actor(interface.echo)}


class Dramatiq(System):
    """It has no way to submit many."""

    async def submit(self, task: str, call: Call) -> None:
        TASKS[task].send(*call)

    def work(self, processes: int) -> None:
        # More than the default, which is twice the threads, as its documentation advises for short tasks.
        os.environ["dramatiq_queue_prefetch"] = "1000"  # noqa: SIM112  # its own name
        program = [sys.executable, "-m", "dramatiq", __name__, "--processes", "1", "--threads", VARIANT]
        os.execv(sys.executable, [*program, "--skip-logging"])


system = Dramatiq()

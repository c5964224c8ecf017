"""RQ with its SimpleWorker, which runs jobs in the worker's process; at least once, results kept for 500 s."""

from __future__ import annotations

from collections.abc import Sequence

from redis import Redis
from rq import Queue, SimpleWorker

from benchmarks.peers.systems import interface
from benchmarks.peers.systems.interface import URL, Call, System

CHUNK = 500

TASKS = {"noop": interface.noop, "echo": interface.echo}


class Rq(System):
    """Many are submitted in one pipeline."""

    def __init__(self) -> None:
        self.redis = Redis.from_url(URL)
        self.queue = Queue(connection=self.redis)

    async def submit(self, task: str, call: Call) -> None:
        self.queue.enqueue(TASKS[task], *call)

    async def submit_many(self, task: str, calls: Sequence[Call]) -> None:
        for first in range(0, len(calls), CHUNK):
            self.queue.enqueue_many([Queue.prepare_data(TASKS[task], call) for call in calls[first : first + CHUNK]])

    def work(self, processes: int) -> None:
        SimpleWorker([self.queue], connection=self.redis).work(logging_level="WARNING")


system = Rq()

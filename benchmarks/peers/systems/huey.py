"""Huey on Redis or SQLite: a job is gone from the store when it starts, so at most once; a None is no result to it."""

from __future__ import annotations

from huey import RedisHuey, SqliteHuey

from benchmarks.peers.systems import interface
from benchmarks.peers.systems.interface import URL, VARIANT, Call, System

if VARIANT == "sqlite":
    huey = SqliteHuey("bench", filename=URL.removeprefix("sqlite:///"))
else:
    huey = RedisHuey("bench", url=URL)

TASKS = {
    "noop": huey.task(name="noop")(interface.noop),
    "echo": huey.task(name="echo")(interface.echo),
}


class HueySystem(System):
    """It has no way to submit many."""

    async def submit(self, task: str, call: Call) -> None:
        TASKS[task](*call)

    def work(self, processes: int) -> None:
        # One thread is its fastest here.
        huey.create_consumer(workers=1, periodic=False).run()


system = HueySystem()

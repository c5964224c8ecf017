"""Procrastinate on PostgreSQL with its default durability: at least once, if the app retries stalled jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
import uvloop
from procrastinate import App, PsycopgConnector

from benchmarks.peers.systems import interface
from benchmarks.peers.systems.interface import SLOTS, URL, Call, System

CHUNK = 500

app = App(connector=PsycopgConnector(conninfo=URL))


@app.task(name="noop")
async def noop(number: int) -> None:
    """Do nothing but count."""
    interface.noop(number)


@app.task(name="echo")
async def echo(number: int, text: str) -> str:
    """Count, and return the argument, which it does not keep."""
    return interface.echo(number, text)


TASKS = {"noop": noop, "echo": echo}


def named(call: Call) -> dict[str, Any]:
    """Return arguments by name, as it wants them."""
    return dict(zip(("number", "text"), call, strict=False))


class Procrastinate(System):
    """Many are submitted in one statement."""

    async def prepare(self) -> None:
        async with await psycopg.AsyncConnection.connect(URL, autocommit=True) as connection:
            await connection.execute("DROP SCHEMA public CASCADE")
            await connection.execute("CREATE SCHEMA public")
        async with app.open_async():
            await app.schema_manager.apply_schema_async()

    async def open(self) -> None:
        await app.open_async()

    async def submit(self, task: str, call: Call) -> None:
        await TASKS[task].defer_async(**named(call))

    async def submit_many(self, task: str, calls: Sequence[Call]) -> None:
        for first in range(0, len(calls), CHUNK):
            await TASKS[task].batch_defer_async(*[named(call) for call in calls[first : first + CHUNK]])

    async def close(self) -> None:
        await app.close_async()

    def work(self, processes: int) -> None:
        async def main() -> None:
            async with app.open_async():
                await app.run_worker_async(concurrency=SLOTS, delete_jobs="successful")

        uvloop.run(main())


system = Procrastinate()

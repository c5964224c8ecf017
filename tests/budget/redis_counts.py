"""What a job asks of Redis: commands, those inside scripts included, and how often the server has to read."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from ferryman.app import Ferryman
from tests.budget.turns import turns
from tests.budget.work import Submit, app, bulk, drain, each, one_by_one, together
from tests.servers.redis_server import RedisServer

#: By the name of a command, and "reads" for reads from the network.
Spent = dict[str, float]


async def measure() -> dict[str, float]:
    """Return the figures by name."""
    figures: dict[str, float] = {}
    for name, spent in (await measure_each()).items():
        figures[f"{name}: reads of Redis"] = spent.pop("reads")
        figures[f"{name}: commands in Redis"] = sum(spent.values())
    return figures


async def measure_each() -> dict[str, Spent]:
    """Return what a job takes, by what is done with it."""
    with tempfile.TemporaryDirectory(prefix="ferryman-budget-") as folder:
        server = RedisServer(Path(folder)).start()
        try:
            return {
                "sequential submits": await each(partial(_submits, server, one_by_one), 100),
                "100 concurrent submits": await each(partial(_submits, server, together), 1_000),
                "bulk submit": await each(partial(_submits, server, bulk), 2_000),
                "turns of 100": await each(partial(_turns, server), 1_000),
                "drain": await each(partial(_drain, server), 4_000),
            }
        finally:
            server.stop()


async def _submits(server: RedisServer, submit: Submit, count: int) -> Spent:
    return await _spent(server, 1, lambda ferry: submit(ferry, count))


async def _turns(server: RedisServer, count: int) -> Spent:
    return await _spent(server, count, lambda ferry: turns(ferry, count))


async def _drain(server: RedisServer, count: int) -> Spent:
    return await _spent(server, count, drain)


async def _spent(server: RedisServer, waiting: int, act: Callable[[Ferryman], Awaitable[None]]) -> Spent:
    """Return what an act takes, on a server where only so many jobs wait."""
    server.ask("FLUSHALL")
    async with app(server.url) as ferry:
        await bulk(ferry, waiting)
        first = await asyncio.to_thread(_counts, server)
        await act(ferry)
        last = await asyncio.to_thread(_counts, server)
    return {name: count - first.get(name, 0.0) for name, count in last.items()}


def _counts(server: RedisServer) -> Spent:
    info = dict(line.partition(":")[::2] for line in server.ask("INFO", "everything").splitlines())
    counts = {
        name.removeprefix("cmdstat_"): float(said.removeprefix("calls=").partition(",")[0])
        for name, said in info.items()
        if name.startswith("cmdstat_")
    }
    return counts | {"reads": float(info["total_reads_processed"])}

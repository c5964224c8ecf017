"""What Redis itself spends: processor time, commands, round trips and memory per job."""

from __future__ import annotations

import asyncio
import json
import secrets
import time

from benchmarks.measures import Figures, turn_time
from benchmarks.stores import fresh_store, server
from ferryman.bench import measures as bench
from ferryman.bench.budget import Budget
from ferryman.bench.processes import workers
from ferryman.bench.tasks import ferry, noop
from ferryman.domain.ids import job_id
from ferryman.domain.job import NewJob
from ferryman.stores.redis.scratch import numbers_of


def _info() -> dict[str, float]:
    """Return the numbers of INFO, and the commands that ran."""
    return numbers_of(server().ask("INFO", "everything"))


def _spent() -> tuple[float, float, float]:
    """Return the server's processor seconds, commands and reads from the network so far."""
    info = _info()
    return info["used_cpu_sys"] + info["used_cpu_user"], info["commands"], info["total_reads_processed"]


async def costs(count: int = 50_000) -> Figures:
    """Submit by 100 callers, run and finish with results, by a worker of 100 slots."""
    async with fresh_store():
        await noop.submit()
        async with workers(ferry.settings) as crew:
            await bench.alive(crew)
            before = _spent()
            await bench.concurrent(Budget(count))
            await bench.ended(count + 1, crew)
            cpu, commands, reads = (after - first for after, first in zip(_spent(), before, strict=True))
    return {
        "Redis processor time per job, us": cpu / count * 1e6,
        "commands in Redis per job": commands / count,
        "network reads of Redis per job": reads / count,
    }


async def room(count: int = 1_000_000, few: int = 50_000) -> Figures:
    """Memory per waiting job, its arguments apart, and per job that completed without a result."""
    args = json.dumps({"n": 1})
    async with fresh_store():
        before = _info()["used_memory"]
        store = (await ferry.connections.here()).store
        for _ in range(count // 1_000):
            jobs = [NewJob(job_id(time.time(), secrets.randbits(74)), "noop", args) for _ in range(1_000)]
            await store.submit(jobs)
        waiting = (_info()["used_memory"] - before) / count
    async with fresh_store():
        before = _info()["used_memory"]
        await bench.hold()
        await bench.bulk(Budget(few))
        async with workers(ferry.settings) as crew:
            await bench.drain(crew, Budget(few))
        kept = (_info()["used_memory"] - before) / few
    return {
        "memory per waiting job, bytes": waiting - len(args),
        "memory per completed job that is kept, bytes": kept,
    }


async def depth(few: int = 1_000, many: int = 1_000_000) -> Figures:
    """What one turn (finish 100, claim 100) costs among few and among many waiting jobs, in Redis' own time."""
    async with fresh_store():
        await bench.bulk(Budget(few + 4_000))
        first = await _turn_cost()
        await bench.bulk(Budget(many))
        last = await _turn_cost()
    return {f"turn among {few:,} waiting, us in Redis": first, f"turn among {many:,} waiting, us in Redis": last}


async def _turn_cost(turns: int = 20) -> float:
    await turn_time(turns)  # until the tables of the server have grown to their size
    before = _evalsha()
    await turn_time(turns)
    return (_evalsha() - before) / turns


def _evalsha() -> float:
    line = next(line for line in server().ask("INFO", "commandstats").splitlines() if "cmdstat_evalsha:" in line)
    return float(line.split("usec=")[1].split(",")[0])


async def herd(count: int = 1_000_000) -> Figures:
    """Jobs that are all due at one instant: how long others wait meanwhile, and until all can be claimed."""
    async with fresh_store():
        store = (await ferry.connections.here()).store
        due = time.time() + 3_600
        for _ in range(count // 1_000):
            jobs = [NewJob(job_id(time.time(), secrets.randbits(74)), "none", run_at=due) for _ in range(1_000)]
            await store.submit(jobs)
        # The same instant for all, and it is now.
        server().ask("EVAL", _DUE_NOW, "0")
        begun, worst = time.perf_counter(), 0.0
        async with workers(ferry.settings):
            while not await _all_pending(count):
                asked = time.perf_counter()
                await asyncio.to_thread(server().ask, "PING")
                worst = max(worst, time.perf_counter() - asked)
                await asyncio.sleep(0.002)
        return {
            f"{count:,} due at once: all claimable after, s": time.perf_counter() - begun,
            "longest wait of a bystander's command, ms": worst * 1_000,
        }


_DUE_NOW = """
local now = redis.call('TIME')[1] * 1000
repeat
  local ids = redis.call('ZRANGEBYSCORE', '{fm:0}:due', now + 1, '+inf', 'LIMIT', 0, 1000)
  for _, id in ipairs(ids) do redis.call('ZADD', '{fm:0}:due', now, id) end
until #ids == 0
"""


async def _all_pending(count: int) -> bool:
    words = await asyncio.to_thread(server().ask, "ZCARD", "{fm:0}:due")
    return words == ":0"


async def idle_commands(seconds: float = 30) -> Figures:
    """What a worker with nothing to do asks of Redis."""
    async with fresh_store(), workers(ferry.settings):
        await (await noop.submit())
        await asyncio.sleep(3)
        before = _info()["total_reads_processed"]
        await asyncio.sleep(seconds)
        reads = _info()["total_reads_processed"] - before - 1
    return {"idle worker, calls/s": reads / seconds}


async def drain_reads(count: int = 50_000) -> Figures:
    """Network reads of Redis per job while a worker drains a queue."""
    async with fresh_store():
        await bench.hold()  # so that the worker begins with all of them
        await bench.bulk(Budget(count))
        async with workers(ferry.settings) as crew:
            await bench.alive(crew)
            before = _spent()
            await bench.drain(crew, Budget(count))
            cpu, commands, reads = (after - first for after, first in zip(_spent(), before, strict=True))
    return {
        "draining, Redis processor time per job, us": cpu / count * 1e6,
        "draining, commands in Redis per job": commands / count,
        "draining, network reads of Redis per job": reads / count,
    }

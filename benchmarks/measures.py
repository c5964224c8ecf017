"""The measurements: each returns the figures it promises, in the unit of its goal."""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
import time

from benchmarks.processes import free_port, memory, wait_for_port
from benchmarks.stores import fresh_store
from ferryman.bench import measures as bench
from ferryman.bench.budget import Budget
from ferryman.bench.processes import ferryman, workers
from ferryman.bench.tasks import APP, ferry, noop
from ferryman.domain.outcome import Outcome
from ferryman.store.messages import Turn

Figures = dict[str, float]


async def bulk_submit(count: int = 100_000) -> Figures:
    """Many jobs, thousands in a call."""
    async with fresh_store():
        return {"bulk submit, jobs/s": (await bench.bulk(Budget(count))).rate}


async def concurrent_submits(count: int = 10_000) -> Figures:
    """Many callers that each await one submit after the other."""
    async with fresh_store():
        await noop.submit()
        return {"100 concurrent submits, jobs/s": (await bench.concurrent(Budget(count))).rate}


async def sequential_submits(count: int = 1_000) -> Figures:
    """One caller that awaits one submit after the other: what a sync to disk costs."""
    async with fresh_store():
        await noop.submit()
        return {"sequential submits, jobs/s": (await bench.sequential(Budget(count))).rate}


async def drain(processes: int = 1, count: int = 50_000) -> Figures:
    """Workers that find a full queue."""
    async with fresh_store():
        await bench.bulk(Budget(count))
        async with workers(ferry.settings, processes) as crew:
            timed = await bench.drain(crew, Budget(count))
    return {f"drain, {processes} worker process{'es' if processes > 1 else ''}, jobs/s": timed.rate}


async def drain_two() -> Figures:
    """Two worker processes on one store."""
    return await drain(processes=2)


async def latency(count: int = 1_000) -> Figures:
    """From before the submit to the start of the task, in another process, at 100 jobs/s."""
    async with fresh_store(), workers(ferry.settings) as crew:
        waits = await bench.latencies(crew, Budget(count))
    return {f"submit to start, p{p}, ms": bench.percentile(waits, p) * 1_000 for p in (50, 95, 99)}


async def flat_memory(rounds: int = 4, count: int = 50_000) -> Figures:
    """The worker's resident memory after the first and after the last of several rounds."""
    sizes = []
    async with fresh_store(), workers(ferry.settings) as crew:
        for number in range(1, rounds + 1):
            await bench.bulk(Budget(count))
            await bench.ended(number * count, crew)
            sizes.append(memory(crew.running[0].pid))
    return {
        "worker memory, MiB": sizes[-1],
        f"its growth from job {count:,} to {rounds * count:,}, MiB": sizes[-1] - sizes[0],
    }


async def idle(seconds: float = 15) -> Figures:
    """A worker with nothing to do."""
    async with fresh_store(), workers(ferry.settings) as crew:
        await (await noop.submit())
        await asyncio.sleep(3)
        before = crew.cpu() or 0.0
        await asyncio.sleep(seconds)
        return {"idle worker, % of a core": ((crew.cpu() or 0.0) - before) / seconds * 100}


async def growth(few: int = 10_000, many: int = 1_000_000, turns: int = 50) -> Figures:
    """What one turn (finish 100, claim 100) costs among few and among many waiting jobs."""
    async with fresh_store():
        await bench.bulk(Budget(few))
        first = await turn_time(turns)
        await bench.bulk(Budget(many))
        return {
            f"turn of 100 among {few:,} waiting, ms": first,
            f"turn of 100 among {many:,} waiting, ms": await turn_time(turns),
        }


async def turn_time(turns: int) -> float:
    """Return the median time of a turn in ms."""
    store = (await ferry.connections.here()).store
    times: list[float] = []
    outcomes: list[Outcome] = []
    for _ in range(turns):
        start = time.perf_counter()
        reply = await store.turn(Turn("bench", secrets.randbits(63), (), (noop.name,), outcomes, 100))
        times.append((time.perf_counter() - start) * 1000)
        outcomes = [Outcome.completed(job.lease, "null") for job in reply.claimed]
    return sorted(times)[turns // 2]


async def http_submits(connections: int = 32, seconds: float = 4) -> Figures:
    """POST /submit-job over kept-alive connections against one server process."""
    async with fresh_store():
        port = free_port()
        async with ferryman(ferry.settings, "serve", APP, "--port", str(port)):
            await asyncio.to_thread(wait_for_port, port)
            done = await post_until(port, noop.name, time.perf_counter() + seconds, connections)
    return {"POST /submit-job, 32 connections, jobs/s": done / seconds}


async def post_until(port: int, task: str, deadline: float, connections: int = 32) -> int:
    """Submit jobs of a task one after the other on each of so many connections; return how many."""
    body = json.dumps({"task": task}).encode()
    head = (
        f"POST /submit-job HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    counts = await asyncio.gather(*[_post(port, head.encode() + body, deadline) for _ in range(connections)])
    return sum(counts)


async def _post(port: int, request: bytes, deadline: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() < deadline:
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"the server answered {answer[:200]!r}")
        length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        done += 1
    writer.close()
    return done


async def starting() -> Figures:
    """What a person waits for at the prompt, and what an import costs; medians of five."""
    return {
        "ferryman --help, ms": _median([sys.executable, "-m", "ferryman", "--help"]),
        "import ferryman, ms": _median([sys.executable, "-c", "import ferryman"]) - _median([sys.executable, "-c", ""]),
    }


def _median(command: list[str]) -> float:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[2]

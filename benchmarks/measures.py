"""The measurements: each returns the figures it promises, in the unit of its goal."""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
import time

from benchmarks.processes import APP, cpu_seconds, ferryman, free_port, memory, wait_for_port
from benchmarks.stores import fresh_store
from benchmarks.tasks import ferry, noop, say_when
from ferryman import State
from ferryman.domain.outcome import Outcome
from ferryman.store.messages import Turn

Figures = dict[str, float]


async def completed() -> int:
    """Return how many jobs are completed."""
    client = await ferry.connections.here()
    return sum(count.jobs for count in await client.store.inspector.counts() if count.state is State.COMPLETED)


async def submit_many(count: int) -> float:
    """Submit in one call and return jobs per second, describing them included."""
    start = time.perf_counter()
    await ferry.submit([noop.job() for _ in range(count)])
    return count / (time.perf_counter() - start)


async def drained(count: int) -> float:
    """Return jobs per second from the first completion seen to the last."""
    done, began, first = 0, 0.0, 0
    while done < count:
        await asyncio.sleep(0.02)
        done = await completed()
        if done and not began:
            began, first = time.perf_counter(), done
    return (done - first) / (time.perf_counter() - began)


async def bulk_submit(count: int = 100_000) -> Figures:
    """Many jobs in one call."""
    async with fresh_store():
        return {"bulk submit, jobs/s": await submit_many(count)}


async def concurrent_submits(callers: int = 100, each: int = 100) -> Figures:
    """Many callers that each await one submit after the other."""
    async with fresh_store():
        await noop.submit()

        async def caller() -> None:
            for _ in range(each):
                await noop.submit()

        start = time.perf_counter()
        await asyncio.gather(*[caller() for _ in range(callers)])
        return {"100 concurrent submits, jobs/s": callers * each / (time.perf_counter() - start)}


async def sequential_submits(count: int = 1_000) -> Figures:
    """One caller that awaits one submit after the other: what a sync to disk costs."""
    async with fresh_store():
        await noop.submit()
        start = time.perf_counter()
        for _ in range(count):
            await noop.submit()
        return {"sequential submits, jobs/s": count / (time.perf_counter() - start)}


async def drain(processes: int = 1, count: int = 50_000) -> Figures:
    """Workers that find a full queue."""
    async with fresh_store() as url:
        await submit_many(count)
        with ferryman(url, "worker", APP, "--concurrency", "100", "--processes", str(processes)):
            rate = await drained(count)
    return {f"drain, {processes} worker process{'es' if processes > 1 else ''}, jobs/s": rate}


async def drain_two() -> Figures:
    """Two worker processes on one store."""
    return await drain(processes=2)


async def latency(count: int = 300) -> Figures:
    """From before the submit to the start of the task, in another process, at 100 jobs/s."""
    async with fresh_store() as url:
        with ferryman(url, "worker", APP):
            await (await say_when.submit())
            waits = []
            for _ in range(count):
                before = time.time()
                waits.append((await (await say_when.submit()) - before) * 1000)
                await asyncio.sleep(0.01)
    waits.sort()
    return {f"submit to start, p{p}, ms": waits[min(len(waits) - 1, len(waits) * p // 100)] for p in (50, 95, 99)}


async def flat_memory(rounds: int = 4, count: int = 50_000) -> Figures:
    """The worker's resident memory after the first and after the last of several rounds."""
    sizes = []
    async with fresh_store() as url:
        with ferryman(url, "worker", APP, "--concurrency", "100") as worker:
            for number in range(1, rounds + 1):
                await submit_many(count)
                while await completed() < number * count:  # noqa: ASYNC110  # another process completes them
                    await asyncio.sleep(0.1)
                sizes.append(memory(worker.pid))
    return {
        "worker memory, MiB": sizes[-1],
        f"its growth from job {count:,} to {rounds * count:,}, MiB": sizes[-1] - sizes[0],
    }


async def idle(seconds: float = 15) -> Figures:
    """A worker with nothing to do."""
    async with fresh_store() as url:
        with ferryman(url, "worker", APP) as worker:
            await (await noop.submit())
            await asyncio.sleep(3)
            before = cpu_seconds(worker.pid)
            await asyncio.sleep(seconds)
            return {"idle worker, % of a core": (cpu_seconds(worker.pid) - before) / seconds * 100}


async def growth(few: int = 10_000, many: int = 1_000_000, turns: int = 50) -> Figures:
    """What one turn (finish 100, claim 100) costs among few and among many waiting jobs."""
    async with fresh_store():
        await submit_many(few)
        first = await turn_time(turns)
        await submit_many(many)
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
    body = json.dumps({"task": "noop"}).encode()
    head = (
        f"POST /submit-job HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    async with fresh_store() as url:
        port = free_port()
        with ferryman(url, "serve", APP, "--port", str(port)):
            await asyncio.to_thread(wait_for_port, port)
            deadline = time.perf_counter() + seconds
            counts = await asyncio.gather(*[_post(port, head.encode() + body, deadline) for _ in range(connections)])
    return {"POST /submit-job, 32 connections, jobs/s": sum(counts) / seconds}


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

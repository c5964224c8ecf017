"""What open streams cost the server: its memory, and what is left for submits. Rounds with and without take turns."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

from benchmarks.babble import APP, babble, ferry
from benchmarks.measures import Figures, post_until
from benchmarks.processes import free_port, memory, wait_for_port
from benchmarks.stores import fresh_store
from ferryman.bench.machine import cpu_seconds
from ferryman.bench.processes import ferryman
from ferryman.bench.tasks import noop

READERS, DEAF = 100, 400
#: Jobs whose feeds are full, and which run on.
TALKERS = 20
ROUNDS, SECONDS = 5, 4.0


async def streams() -> Figures:
    """500 streams, of which 400 are never read; those are of jobs whose feeds are full."""
    async with fresh_store():
        port = free_port()
        serve = ferryman(ferry.settings, "serve", APP, "--port", str(port))
        work = ferryman(ferry.settings, "worker", "--app", APP, "--concurrency", str(TALKERS))
        async with serve as server:
            await asyncio.to_thread(wait_for_port, port)
            async with work:
                jobs = [await babble.submit() for _ in range(TALKERS)]
                paths = [f"/v1/jobs/{job.id}/events" for job in jobs]
                await _all_have_spoken([job.id for job in jobs])
                await _warm(port, server.pid, paths)
                return await _rounds(port, server.pid, paths)


async def _all_have_spoken(ids: list[str]) -> None:
    inspector = (await ferry.connections.here()).store.inspector
    while min(job.entries if job else 0 for job in await inspector.get(ids)) < 100:  # noqa: ASYNC110
        await asyncio.sleep(0.2)


async def _warm(port: int, pid: int, paths: list[str]) -> None:
    """Let the store's caches fill with what streams read: these belong to it, whoever reads."""
    await _submits(port, pid)
    async with _clients(port, 0, paths, 3 * TALKERS):
        await _settled(pid)


async def _settled(pid: int) -> None:
    """Return once the server rests: those who do not read have been given all that their systems take."""
    for _ in range(60):
        used = cpu_seconds(pid) or 0.0
        await asyncio.sleep(0.5)
        if (cpu_seconds(pid) or 0.0) - used < 0.06:
            return


async def _rounds(port: int, pid: int, paths: list[str]) -> Figures:
    before = memory(pid)
    largest = 0.0
    alone: list[tuple[float, float]] = []
    beside: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        alone.append(await _submits(port, pid))
        async with _clients(port, READERS, paths, DEAF):
            await _settled(pid)
            beside.append(await _submits(port, pid))
            largest = max(largest, memory(pid))
    rates, costs = ([[one[part] for one in rounds] for rounds in (alone, beside)] for part in (0, 1))
    return {
        "server's memory without streams, MiB": before,
        f"what {READERS + DEAF} streams added at most, MiB": largest - before,
        "POST /submit-job without streams, jobs/s": median(rates[0]),
        "POST /submit-job beside them, jobs/s": median(rates[1]),
        "which is less by, %": 100 * (1 - median(rates[1]) / median(rates[0])),
        "server's processor time per submit, us": 1e6 * median(costs[0]),
        "beside the streams, us": 1e6 * median(costs[1]),
    }


async def _submits(port: int, pid: int) -> tuple[float, float]:
    """Return submits a second, and the server's processor time for each in seconds."""
    used, begun = cpu_seconds(pid) or 0.0, time.perf_counter()
    done = await post_until(port, noop.name, begun + SECONDS)
    return done / (time.perf_counter() - begun), ((cpu_seconds(pid) or 0.0) - used) / max(done, 1)


@asynccontextmanager
async def _clients(port: int, readers: int, paths: list[str], deaf: int) -> AsyncIterator[None]:
    words = (str(port), str(readers), "/v1/events", str(deaf), ",".join(paths))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks.stream_clients", *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = await process.stdout.readline()
        assert said == b"ready\n", said
        yield
        process.stdin.close()
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(streams()), indent=1))

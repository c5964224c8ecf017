"""What the forked processes do: the real worker, a client that submits, the real HTTP server."""

from __future__ import annotations

import asyncio
import importlib
import os
import socket
from pathlib import Path

import ferryman.cli
from ferryman import runtime
from ferryman.domain.job import NewJob
from tests.faults.fault_tasks import ferry, work

#: What the processes would import by themselves, each for itself; the fork server has it.
for module in (
    *("ferryman.api", "ferryman.cli.root", "ferryman.cli.serve", "uvicorn", "uvicorn.lifespan.on", "uvloop"),
    *("ferryman.stores.sqlite.store", "ferryman.stores.redis.store", "ferryman.api.malformed"),
):
    importlib.import_module(module)


def worker(slots: int) -> None:
    """Be a worker, as `ferryman worker` is one."""
    runtime.run(ferry, concurrency=slots, grace=5.0)


def keyed(key: str) -> NewJob:
    """Describe the job with a key; every such job is the same but for its id, which lies where its key does."""
    return work.options(key=key, crashes=20).job(seconds=0.02).placed()


def client(name: str, calls: int, size: int, rest: float = 0.0) -> None:
    """Submit `size` jobs in each call; say what is asked before each call and what was acknowledged after it.

    `rest` is in seconds, between the calls: a client is faster than the workers.
    """
    asyncio.run(_submit(name, calls, size, rest))


async def _submit(name: str, calls: int, size: int, rest: float) -> None:
    told = os.open(f"{name}.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    client = await ferry.connections.here()
    for call in range(calls):
        batch = [keyed(f"{name}-{call}-{number}") for number in range(size)]
        os.write(told, b"".join(f"asked {job.id} {job.key}\n".encode() for job in batch))
        answers = await client.submit(batch)
        os.write(told, b"".join(f"acknowledged {answer.id} -\n".encode() for answer in answers))
        if rest:
            await asyncio.sleep(rest)
    await ferry.close()


def heard(path: Path) -> tuple[dict[str, NewJob], list[str]]:
    """Return what a client said in its file: all jobs that it asked for by their ids, and the ids it was told."""
    lines = [line.split() for line in (path.read_text().splitlines() if path.exists() else [])]
    asked = {job: keyed(key)._replace(id=job) for word, job, key in lines if word == "asked"}
    return asked, [job for word, job, _ in lines if word == "acknowledged"]


def server(name: str) -> None:
    """Serve the HTTP API as `ferryman serve` does; the port is written to `name`.port."""
    listening = socket.create_server(("127.0.0.1", 0))
    with open(f"{name}.part", "w") as file:
        file.write(str(listening.getsockname()[1]))
    os.rename(f"{name}.part", f"{name}.port")
    app = "tests.faults.fault_tasks:ferry"
    ferryman.cli.main(["serve", app, "--fd", str(listening.detach()), "--url", ferry.settings.url])

"""A real server that is told to stop while requests are held."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.faults.site import Site

HELD = 20


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    made = Site(tmp_path, f"sqlite:///{tmp_path}/jobs.db")
    yield made
    await made.close()


async def test_held_requests_are_answered_and_the_server_ends(site: Site) -> None:
    # Seen red without the chained handler: uvicorn then waits for the requests, and they for their time.
    server = await site.server()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{site.port}", timeout=60) as client:
        submitted = await client.post("/submit-job", json={"task": "quick", "args": {"number": 1}, "delay": "1h"})
        path = f"/v1/jobs/{submitted.json()['job_id']}/result"
        asking = [asyncio.create_task(client.get(path, headers={"Prefer": "wait=50"})) for _ in range(HELD)]
        while len(_connections(server.pid)) < HELD:  # noqa: ASYNC110  # the system knows when they have arrived
            await asyncio.sleep(0.02)
        await client.get("/livez")  # served after whatever arrived before it
        told = time.monotonic()
        server.send_signal(signal.SIGTERM)
        answers = await asyncio.gather(*asking)
        assert {answer.status_code for answer in answers} == {202}
    assert await asyncio.to_thread(server.wait, 20) == 0
    assert time.monotonic() - told < 5


def _connections(pid: int) -> list[str]:
    """Return the sockets that a process holds."""
    folder = f"/proc/{pid}/fd"
    return [link for name in os.listdir(folder) if (link := os.readlink(f"{folder}/{name}")).startswith("socket:")]


async def test_a_body_over_the_limit_is_refused_before_it_was_sent(site: Site) -> None:
    await site.server()
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"POST /submit-job HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n" + b" " * 1_000)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    assert answer.startswith(b"HTTP/1.1 413 ")
    writer.close()


def test_importing_the_library_does_not_import_the_web(tmp_path: Path) -> None:
    code = "import sys, ferryman; print([name for name in ('fastapi', 'starlette', 'uvicorn') if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ended.stdout.strip() == "[]"

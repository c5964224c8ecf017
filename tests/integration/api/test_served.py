"""A real `ferryman serve` over real sockets: what in-process clients cannot show."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.cli.listening import free_port
from tests.integration.cli.processes import Processes, Running, answers, until

APP = """
from ferryman import Ferryman

ferry = Ferryman()


@ferry.task
async def send_email() -> None: ...
"""
HELD = 50


class Served:
    """A server and where it listens."""

    def __init__(self, running: Running, port: int) -> None:
        self.running = running
        self.port = port

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            await leave(writer)

    async def tell(self, request: bytes) -> tuple[int, str, dict[str, Any]]:
        """Send bytes as they are; return the answer's status, media type and body."""
        async with self.connection() as (reader, writer):
            writer.write(request)
            return await answer_of(reader)


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, str, dict[str, Any]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    fields = dict(line.split(": ", 1) for line in head.lower().split("\r\n")[1:] if line)
    body = json.loads(await reader.readexactly(int(fields["content-length"])))
    return int(head.split()[1]), fields["content-type"], body


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "shop.py").write_text(APP)
    processes, port = Processes(tmp_path), free_port()
    running = processes.start("serve", "shop:ferry", "--port", str(port), FERRYMAN_URL=f"sqlite:///{tmp_path}/jobs.db")
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/livez"), "the server answers", running=running)
        yield Served(running, port)
    finally:
        processes.close()


async def leave(writer: asyncio.StreamWriter) -> None:
    """Close a connection and wait until it is; it may have been cut off already."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def hold(served: Served, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return a connection whose request is held for certain: the server asks it to go on only once it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nPrefer: wait=60\r\nExpect: 100-continue\r\n\r\n".encode())
    assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


@pytest.mark.parametrize("times", [1, 2])
async def test_a_stop_ends_what_is_held_and_then_the_server(served: Served, times: int) -> None:
    job = httpx2.post(f"http://127.0.0.1:{served.port}/submit-job", json={"task": "send_email"}).json()["job_id"]
    held = await asyncio.gather(*[hold(served, f"/v1/jobs/{job}/result") for _ in range(HELD)])
    told = time.monotonic()
    for _ in range(times):
        served.running.tell(signal.SIGTERM)
    ends = await asyncio.gather(*[answer_of(reader) for reader, _ in held])
    assert {(status, body["state"]) for status, _, body in ends} == {(202, "pending")}
    assert await asyncio.to_thread(served.running.ends) == 0
    assert time.monotonic() - told < 5  # it takes 0.3 s; the wait was for 60 s
    for _, writer in held:
        await leave(writer)


async def test_a_body_without_end_is_refused_while_it_comes(served: Served) -> None:
    async with served.connection() as (reader, writer):
        writer.write(b"POST /submit-job HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        answer = asyncio.create_task(answer_of(reader))
        while not answer.done():
            writer.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")
            await writer.drain()
        status, media_type, body = await answer
    assert (status, media_type, body["code"]) == (413, "application/problem+json", "body_too_large")


async def test_who_sends_a_large_body_before_looking_gets_the_answer(served: Served) -> None:
    size = 4_000_000
    request = b"POST /submit-job HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size
    status, media_type, body = await served.tell(request + b" " * size)
    assert (status, media_type, body["code"]) == (413, "application/problem+json", "body_too_large")


async def test_an_announced_body_is_refused_before_it_comes(served: Served) -> None:
    request = b"POST /submit-job HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n"
    status, media_type, body = await served.tell(request)
    assert (status, media_type, body["code"]) == (413, "application/problem+json", "body_too_large")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"what is this?\r\n\r\n",
        b"WHAT /livez HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /submit-job HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /submit-job HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_a_problem_too(served: Served, request_bytes: bytes) -> None:
    status, media_type, body = await served.tell(request_bytes)
    assert (status, media_type, body["code"]) == (400, "application/problem+json", "malformed_request")


async def test_a_client_that_leaves_in_the_middle_of_a_submit_is_no_fault_of_ours(served: Served) -> None:
    async with served.connection() as (reader, writer):
        writer.write(b"POST /submit-job HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n{")
        assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
    assert httpx2.get(f"http://127.0.0.1:{served.port}/v1/jobs").json()["jobs"] == []
    served.running.tell(signal.SIGTERM)
    assert await asyncio.to_thread(served.running.ends) == 0
    assert "Traceback" not in served.running.text

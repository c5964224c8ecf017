"""Streams of real servers that are told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import pytest

from benchmarks.processes import memory
from tests.architecture.repository import ROOT
from tests.faults.site import Site, until

#: What a stop may take, in seconds. It takes a quarter of one where nothing else runs; uvicorn would wait for ever.
SOON = 3.0


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    made = Site(tmp_path, f"sqlite:///{tmp_path}/jobs.db")
    yield made
    await made.close()


class Reader:
    """A client of one stream over a real socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int, path: str) -> Reader:
        """Ask for a stream and read its beginning."""
        made = cls(*await asyncio.open_connection("127.0.0.1", port))
        made._writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = await asyncio.wait_for(made._reader.readuntil(b"retry: 2000\n\n"), 30)
        assert head.startswith(b"HTTP/1.1 200 ")
        return made

    async def rest(self) -> bytes:
        """Return all that still comes, up to the end of the connection."""
        try:
            return await asyncio.wait_for(self._reader.read(-1), 10)
        finally:
            self._writer.close()


@contextmanager
def deaf(port: int, path: str) -> Iterator[socket.socket]:
    """Ask for a stream and never read it."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.connect(("127.0.0.1", port))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield client


async def test_our_server_ends_with_open_streams(site: Site) -> None:
    server = await site.server()
    readers = [await Reader.open(site.port, "/v1/events") for _ in range(20)]
    told = time.monotonic()
    server.send_signal(signal.SIGTERM)
    for ended in await asyncio.gather(*[reader.rest() for reader in readers]):
        assert ended.endswith(b"event: bye\ndata: {}\n\n\r\n0\r\n\r\n")
    assert await asyncio.to_thread(server.wait, 20) == 0
    assert time.monotonic() - told < SOON


@pytest.mark.parametrize("protocol", ["httptools", "h11"])
async def test_a_server_of_somebody_elses_ends_with_open_streams(site: Site, protocol: str) -> None:
    # Seen red with a stop that is never set, and, for the deaf one, when its connection was closed politely.
    async with foreign(site, "--http", protocol) as server:
        readers = [await Reader.open(site.port, "/jobs/v1/events") for _ in range(5)]
        with deaf(site.port, "/flood"):
            await until(lambda: _is_busy_no_more(server.pid), "the deaf one's stream stalls")
            told = time.monotonic()
            server.send_signal(signal.SIGTERM)
            for ended in await asyncio.gather(*[reader.rest() for reader in readers]):
                assert ended.endswith(b"event: bye\ndata: {}\n\n\r\n0\r\n\r\n")
            assert await asyncio.to_thread(server.wait, 10) == -signal.SIGTERM
            assert time.monotonic() - told < SOON
    assert "ERROR" not in (site.folder / "uvicorn.log").read_text()


async def test_clients_that_never_read_cost_little_and_hold_up_nobody(site: Site) -> None:
    # Seen red with the buffer that uvicorn gives each connection.
    async with foreign(site) as server:
        with ExitStack() as clients:
            sizes = []
            for count in (1, 50):
                for _ in range(count):
                    clients.enter_context(deaf(site.port, "/flood"))
                await until(lambda: _is_busy_no_more(server.pid), "their streams stall", within=60)
                sizes.append(memory(server.pid))
            assert sizes[1] - sizes[0] < 50 * 0.06
            begun = time.monotonic()
            assert await _answers(site.port)
            assert time.monotonic() - begun < SOON


@asynccontextmanager
async def foreign(site: Site, *options: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Run the application of somebody else under uvicorn while the body runs."""
    command = ["-m", "uvicorn", "tests.integration.api.streaming_app:app", "--port", str(site.port), *options]
    environment = os.environ | {"FERRYMAN_URL": site.url, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with (site.folder / "uvicorn.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, *command], env=environment, stdout=log, stderr=log, cwd=site.folder)
    try:
        await until(lambda: _answers(site.port), "the server answers")
        yield server
    finally:
        server.kill()
        server.wait()


async def _answers(port: int) -> bool:
    try:
        async with httpx2.AsyncClient() as client:
            return bool((await client.get(f"http://127.0.0.1:{port}/jobs/livez")).status_code == 200)
    except httpx2.TransportError:
        return False


async def _is_busy_no_more(pid: int) -> bool:
    """Whether a process uses no processor for a while: what flooded a client waits for it."""
    before = _ticks(pid)
    await asyncio.sleep(0.3)
    return _ticks(pid) - before <= 3


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])

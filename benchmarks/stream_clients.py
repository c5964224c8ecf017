"""Clients of streams, in a process of their own: some read all that comes, some never read.

python -m benchmarks.stream_clients PORT READERS READ_PATH,... DEAF DEAF_PATH,...
It says "ready" when all have been answered, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import sys
from itertools import cycle, islice

#: What the system takes for a client that does not read, in bytes: little, so that it is soon the server who keeps it.
DEAF_BUFFER = 4_096
#: So many ask at the same time: a listening socket has a queue of its own.
AT_ONCE = 50


async def read_all(port: int, path: str, answered: asyncio.Event) -> None:
    """Read a stream for as long as it lasts."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_request(path))
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    answered.set()
    while await reader.read(65_536):
        pass
    writer.close()


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


async def deaf(port: int, path: str) -> socket.socket:
    """Ask for a stream, see that it is answered, and read no more."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, DEAF_BUFFER)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", port))
    await loop.sock_sendall(client, _request(path))
    assert (await loop.sock_recv(client, 13)).startswith(b"HTTP/1.1 200 ")
    return client


async def main(port: int, readers: int, read: list[str], deafs: int, unread: list[str]) -> None:
    """Open all, say so, and wait for the end."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, 4_096))
    limit = asyncio.Semaphore(AT_ONCE)

    async def one_deaf(path: str) -> socket.socket:
        async with limit:
            return await deaf(port, path)

    kept = await asyncio.gather(*[one_deaf(path) for path in islice(cycle(unread), deafs)])
    answered = [asyncio.Event() for _ in range(readers)]
    reading = [
        asyncio.create_task(read_all(port, path, event))
        for path, event in zip(islice(cycle(read), readers), answered, strict=True)
    ]
    await asyncio.gather(*[event.wait() for event in answered])
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in reading:
        task.cancel()
    for client in kept:
        client.close()


if __name__ == "__main__":
    _, at, many, paths, silent, others = sys.argv
    asyncio.run(main(int(at), int(many), paths.split(","), int(silent), others.split(",")))

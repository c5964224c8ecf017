"""Posts the same body over and over on kept-alive connections: `loader PORT PATH CONNECTIONS SECONDS`, body on stdin.

Stands in where wrk is not installed. Answers are looked at no more than needed to find where each ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time


async def post(port: int, request: bytes, deadline: float) -> int:
    """Post until the deadline; return how often it was answered well."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() < deadline:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"the server answered {head[:200]!r}")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
        done += 1
    writer.close()
    return done


async def main(port: int, path: str, connections: int, seconds: int) -> None:
    """Post on all connections and print what came of it."""
    body = sys.stdin.buffer.read()  # noqa: ASYNC251, RUF100
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    begin = time.perf_counter()
    request = head.encode() + body
    done = sum(await asyncio.gather(*[post(port, request, begin + seconds) for _ in range(connections)]))
    print(json.dumps({"rate": done / (time.perf_counter() - begin), "done": done}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))

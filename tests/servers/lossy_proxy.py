"""A proxy that lets every command through and loses some of the replies, with the connection that they were to take."""

from __future__ import annotations

import asyncio
import contextlib
import random


class LossyProxy:
    """Stands before a server of this machine; `share` of what the server sends is swallowed."""

    def __init__(self, server_port: int, share: float, dice: random.Random) -> None:
        self.port = 0
        self.lost = 0
        self.server_port = server_port
        self._share = share
        self._dice = dice
        self._listening: asyncio.Server | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen on a free port."""
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
        up = asyncio.create_task(self._commands(client, to_server))
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._replies(server, to_client)
        up.cancel()
        for writer in (to_client, to_server):
            writer.transport.abort()
        self._under_way.discard(task)

    async def _commands(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(65_536):
                target.write(chunk)
                await target.drain()
        target.close()

    async def _replies(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while chunk := await source.read(1 << 20):
            # The server has done what it was asked for: this is its answer.
            if self._dice.random() < self._share:
                self.lost += 1
                return
            target.write(chunk)
            await target.drain()

    async def close(self) -> None:
        """Cut every connection."""
        if self._listening is not None:
            self._listening.close()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        # Connections that were aborted end in the next round of the loop.
        await asyncio.sleep(0.01)

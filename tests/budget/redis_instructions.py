"""The instructions that a job takes in Redis, which runs under callgrind: the difference between servers that did more.

They are told in commands: how many of the simplest, a HSET by a script, take as many on the same server.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from ferryman.app import Ferryman
from tests.budget import callgrind
from tests.budget.turns import turns
from tests.budget.work import app, bulk
from tests.servers.redis_server import PATIENCE, VOLATILE, RedisServer

COUNT = 1_000
#: More of these, since they take less, and a server that rests takes a little too.
COMMANDS = 4_000
#: Jobs in a call: what a client sends together takes Redis under callgrind long enough to be taken for dead.
AT_ONCE = 100
#: A cron that does more on a slower machine must not be counted.
RESTFUL = (*VOLATILE, "--hz", "1", "--dynamic-hz", "no", "--activerehashing", "no")
_SET = "for n = 1, ARGV[1] do redis.call('HSET', KEYS[1] .. n, 'a', n, 'b', n, 'c', n) end"


class CountedServer(RedisServer):
    """A server under callgrind."""

    def command(self) -> list[str]:
        return [*callgrind.command(self.folder), *super().command()]

    def counted(self) -> int:
        """End it, and return the instructions that it took."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)
        return callgrind.instructions(self.folder, self.pid)


async def measure() -> dict[str, float]:
    """Return the figures by name."""
    with tempfile.TemporaryDirectory(prefix="ferryman-budget-") as folder:

        async def taken(act: Callable[[CountedServer, Ferryman], Awaitable[None]]) -> int:
            server = CountedServer(Path(folder) / act.__name__, settings=RESTFUL)
            await asyncio.to_thread(server.start)
            try:
                async with app(server.url) as ferry:
                    await _begin(server, ferry)
                    await act(server, ferry)
                return await asyncio.to_thread(server.counted)
            finally:
                server.stop()

        first, commands, submitted, turned = [await taken(act) for act in (_nothing, _commands, _submit, _turn)]
    command = (commands - first) / COMMANDS
    return {
        "submit: instructions of Redis": (submitted - first) / COUNT / command,
        "turns of 100: instructions of Redis": (turned - first) / COUNT / command,
    }


async def _begin(server: CountedServer, ferry: Ferryman) -> None:
    """Do everything once, so that nothing is done for the first time later; leave jobs that wait."""
    await _submit(server, ferry)
    await _submit(server, ferry)
    await turns(ferry, COUNT)
    await _commands(server, ferry)


async def _nothing(server: CountedServer, ferry: Ferryman) -> None:
    """Do nothing more."""


async def _commands(server: CountedServer, ferry: Ferryman) -> None:
    """Do what costs are told in."""
    await asyncio.to_thread(server.ask, "EVAL", _SET, "1", "budget", str(COMMANDS))


async def _submit(server: CountedServer, ferry: Ferryman) -> None:
    for _ in range(COUNT // AT_ONCE):
        await bulk(ferry, AT_ONCE)


async def _turn(server: CountedServer, ferry: Ferryman) -> None:
    await turns(ferry, COUNT)

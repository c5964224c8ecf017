"""The instructions that a job takes in Redis, which runs under callgrind: the difference between servers that did more.

They are told in rounds of a script that writes to a hash, reads from it and compares, on the same server: Redis 8 and
Valkey 9 take up to 40 % more than Redis 7, and in such rounds 9 % at most.
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
ROUNDS = 2_000
#: Jobs in a call: what a client sends together takes Redis under callgrind long enough to be taken for dead.
AT_ONCE = 100
#: A cron that does more on a slower machine must not be counted.
RESTFUL = (*VOLATILE, "--hz", "1", "--dynamic-hz", "no", "--activerehashing", "no")
_YARDSTICK = """
for n = 1, ARGV[1] do
  local key = KEYS[1] .. n
  redis.call('HSET', key, 'state', 'waiting', 'number', n)
  local state, number = unpack(redis.call('HMGET', key, 'state', 'number', 'none'))
  if state .. ' ' .. number ~= 'waiting ' .. n then return redis.error_reply('it is not there') end
end
"""


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

        first, measured, submitted, turned = [await taken(act) for act in (_nothing, _yardstick, _submit, _turn)]
    each = (measured - first) / ROUNDS
    return {
        "submit: instructions of Redis": (submitted - first) / COUNT / each,
        "turns of 100: instructions of Redis": (turned - first) / COUNT / each,
    }


async def _begin(server: CountedServer, ferry: Ferryman) -> None:
    """Do everything once, so that nothing is done for the first time later; leave jobs that wait."""
    await _submit(server, ferry)
    await _submit(server, ferry)
    await turns(ferry, COUNT)
    await _yardstick(server, ferry)


async def _nothing(server: CountedServer, ferry: Ferryman) -> None:
    """Do nothing more."""


async def _yardstick(server: CountedServer, ferry: Ferryman) -> None:
    """Do what costs are told in: a key of its own each."""
    reply = await asyncio.to_thread(server.ask, "EVAL", _YARDSTICK, "1", "budget", str(ROUNDS))
    assert reply == "$-1", reply  # nothing, as there is no error


async def _submit(server: CountedServer, ferry: Ferryman) -> None:
    for _ in range(COUNT // AT_ONCE):
        await bulk(ferry, AT_ONCE)


async def _turn(server: CountedServer, ferry: Ferryman) -> None:
    await turns(ferry, COUNT)

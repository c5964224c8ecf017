"""The faults of a soak: one after the other, each kind as often as the others, in an order drawn by the seed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.soak.client import Client
from tests.soak.crew import LEASE, Crew, Member
from tests.soak.ledger import Complaints
from tests.soak.trouble import Trouble

#: How long a worker is frozen: past its lease, and past the time in which its jobs are given to others.
FROZEN = LEASE + 4.0
#: A server and a Redis are frozen for this long, in seconds: a stall, and no outage.
STALLED = 2.0
#: Something that died is started again after this long, in seconds.
GONE = 0.5

Fault = Callable[[], Awaitable[None]]


class Mishaps:
    """Draws a fault each `every` seconds; after `calm_from` seconds server, Redis and first worker are not killed."""

    def __init__(self, crew: Crew, client: Client, trouble: Trouble, complaints: Complaints, seed: int) -> None:
        self._crew = crew
        self._client = client
        self._trouble = trouble
        self._complaints = complaints
        self._dice = random.Random(seed)
        self._bag: list[str] = []
        self.counts: Counter[str] = Counter()

    def kinds(self, *, calm: bool) -> dict[str, Fault]:
        """Return the faults by name; when `calm` those that leave server and Redis alive."""
        crew = self._crew
        found: dict[str, Fault] = {
            "kill a worker": lambda: self._kill(crew.other),
            "stop a worker by SIGTERM": lambda: self._terminate(crew.other),
            "freeze worker-1 past its lease": lambda: self._freeze(crew.spared, FROZEN),
            "freeze worker-2 past its lease": lambda: self._freeze(crew.other, FROZEN),
            "freeze the server": lambda: self._freeze(crew.server, STALLED),
            "cut the clients' connections": self._cut,
        }
        if crew.redis is not None:
            found |= {"CLIENT KILL in Redis": self._client_kill, "freeze Redis": self._freeze_redis}
        if not calm:
            found["kill the server"] = self._kill_server
            if crew.redis is not None:
                found["kill Redis"] = self._kill_redis
        return found

    async def run(self, every: float, calm_from: float, until: float) -> None:
        """One fault after the other, until so many seconds of the run are over."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        for number in range(1, int(until / every) + 1):
            await asyncio.sleep(max(0.0, start + (number - 0.5) * every - loop.time()))
            await self.strike(calm=loop.time() - start >= calm_from)

    async def strike(self, *, calm: bool, name: str | None = None) -> None:
        """Do a fault: the named one, or the next of the bag."""
        kinds = self.kinds(calm=calm)
        name = name or self._draw(set(kinds))
        self.counts[name] += 1
        with self._trouble.of(name):
            await kinds[name]()

    def _draw(self, names: set[str]) -> str:
        self._bag = [name for name in self._bag if name in names]
        if not self._bag:
            self._bag = sorted(names)
            self._dice.shuffle(self._bag)
        return self._bag.pop()

    async def _kill(self, member: Member) -> None:
        await member.kill()
        await asyncio.sleep(GONE)
        member.start()

    async def _terminate(self, member: Member) -> None:
        code = await member.terminate()
        if code != 0:
            self._complaints.add("a bad end", f"{member.name} ended with {code} after SIGTERM")
        member.start()

    async def _freeze(self, member: Member, seconds: float) -> None:
        await self._crew.freeze(member)
        await asyncio.sleep(seconds)
        member.signal(signal.SIGCONT)

    async def _cut(self) -> None:
        self._client.cut()
        await asyncio.sleep(0.1)

    async def _kill_server(self) -> None:
        await self._kill(self._crew.server)
        await self._crew.until_it_serves()

    async def _kill_redis(self) -> None:
        assert self._crew.redis is not None
        await asyncio.to_thread(self._crew.redis.kill)
        await asyncio.sleep(GONE)
        await self._crew.start_redis()

    async def _freeze_redis(self) -> None:
        assert self._crew.redis is not None
        os.kill(self._crew.redis.pid, signal.SIGSTOP)
        await asyncio.sleep(STALLED)
        os.kill(self._crew.redis.pid, signal.SIGCONT)

    async def _client_kill(self) -> None:
        assert self._crew.redis is not None
        await asyncio.to_thread(self._crew.redis.ask, "CLIENT", "KILL", "TYPE", "normal")

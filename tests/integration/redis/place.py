"""Stores on one server, and short words for what tests do with them."""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path
from typing import Any

from ferryman.domain.ids import job_id
from ferryman.domain.job import NewJob
from ferryman.domain.outcome import Outcome
from ferryman.store.messages import Submitted, Turn, TurnReply
from ferryman.store.protocol import Store
from ferryman.stores import open_store
from tests.servers.redis_server import RedisServer

#: The oldest that may be used, the newest, and what is between.
KINDS = ("redis-6.2", "redis-7.0", "redis-8", "valkey-9")
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "run-on-redis.md"


def rights() -> list[str]:
    """Return what the page on Redis gives to a user for Ferryman alone."""
    found = re.search(r"^ACL SETUSER ferryman on >secret (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert found
    return found[1].split()


def new_job(**said: Any) -> NewJob:
    """Describe a job of task "work"."""
    return NewJob(job_id(time.time(), secrets.randbits(74)), "work", **said).placed()


class Place:
    """Opens stores and closes them."""

    def __init__(self, redis: RedisServer) -> None:
        self.redis = redis
        self._opened: list[Store] = []

    async def store(self, url: str | None = None, **said: Any) -> Store:
        """Open a store."""
        made = open_store(url or self.redis.url, **said)
        await made.open()
        self._opened.append(made)
        return made

    async def close(self) -> None:
        """Close every store."""
        for store in self._opened:
            await store.close()


async def submit(store: Store, **said: Any) -> Submitted:
    """Submit a job."""
    [answer] = await store.submit([new_job(**said)])
    return answer


async def turn(store: Store, *outcomes: Outcome, want: int = 10) -> TurnReply:
    """Take a turn."""
    return await store.turn(Turn("w", secrets.randbits(63), (), ("work",), outcomes, want))


async def jobs_in(store: Store) -> int:
    """Return how many jobs there are."""
    return sum(count.jobs for count in await store.inspector.counts())

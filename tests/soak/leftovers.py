"""What is left of jobs after all of them were pruned: something per job would fill a store in the end."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing

from ferryman.store.protocol import Store
from tests.soak.crew import KEPT, Crew

#: Most rows of a table, and most keys of a Redis, that are there for other reasons than a job: lanes, workers, turns.
MOST = 200
_AT_ONCE = 1_000


async def prune_all(store: Store) -> None:
    """Wait until every job may be pruned, and prune them all."""
    await asyncio.sleep(KEPT + 1.0)
    while True:
        done = await store.upkeep(_AT_ONCE)
        if not done.more and not done.pruned:
            return


def remains(crew: Crew) -> dict[str, int]:
    """Return the rows of each table, or the keys of Redis."""
    if crew.redis is not None:
        return {"keys": int(crew.redis.ask("DBSIZE").removeprefix(":"))}
    with closing(sqlite3.connect(crew.folder / "jobs.db")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def too_many(left: Mapping[str, int]) -> dict[str, int]:
    """Return what there is too much of."""
    return {name: number for name, number in left.items() if number > MOST}

"""The ceiling: the same Redis work with redis-py and nothing else. No retries, no history, no recovery, no fencing.

A job is an id in a list and a blob in a hash. One script a turn finishes what ended (keeps its result) and claims for
the free slots: ids into a sorted set of leases, blobs out of the hash. A task is an asyncio task.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence

import redis.asyncio
import uvloop

from benchmarks.peers.systems.interface import SLOTS, URL, VARIANT, Call, System
from benchmarks.peers.systems.marks import started

CHUNK = 500
LANES = 2

TURN = """
local ended = tonumber(ARGV[3])
if ended > 0 then
  local ids, results = {}, {}
  for i = 4, 3 + 2 * ended, 2 do
    ids[#ids + 1] = ARGV[i]
    results[#results + 1] = ARGV[i]
    results[#results + 1] = ARGV[i + 1]
  end
  redis.call('ZREM', KEYS[3], unpack(ids))
  redis.call('HDEL', KEYS[2], unpack(ids))
  redis.call('HSET', KEYS[4], unpack(results))
end
local ids = tonumber(ARGV[1]) > 0 and redis.call('LPOP', KEYS[1], ARGV[1])
if not ids then return {} end
local leases = {}
for _, id in ipairs(ids) do
  leases[#leases + 1] = ARGV[2]
  leases[#leases + 1] = id
end
redis.call('ZADD', KEYS[3], unpack(leases))
return {ids, redis.call('HMGET', KEYS[2], unpack(ids))}
"""
KEYS = ("line", "jobs", "leases", "results")


class Bare(System):
    """A single submit is one RPUSH, many are one RPUSH and one HSET for 500."""

    async def open(self) -> None:
        self.redis = redis.asyncio.from_url(URL)
        self.prefix = os.urandom(4).hex()

    async def submit(self, task: str, call: Call) -> None:
        # For the ceiling of a submit the blob itself goes into the line.
        await self.redis.rpush("line", blob_of(call))

    async def submit_many(self, task: str, calls: Sequence[Call]) -> None:
        for first in range(0, len(calls), CHUNK):
            blobs = {f"{self.prefix}{call[0]:08x}": blob_of(call) for call in calls[first : first + CHUNK]}
            pipe = self.redis.pipeline(transaction=False)
            await pipe.rpush("line", *blobs).hset("jobs", mapping=blobs).execute()

    async def close(self) -> None:
        await self.redis.aclose()

    def work(self, processes: int) -> None:
        uvloop.run(blpop_loop() if VARIANT == "blpop" else lanes())


async def blpop_loop() -> None:
    """Take one job at a time: the least that a wait for a job costs."""
    client = redis.asyncio.from_url(URL, socket_timeout=None)
    while True:
        reply = await client.blpop(["line"], timeout=1)
        if reply:
            run(reply[1])


async def lanes() -> None:
    """Share the slots among two loops, so that Redis works on the turn of one while the other runs its jobs."""
    await asyncio.gather(*[slots(SLOTS // LANES) for _ in range(LANES)])


async def slots(count: int) -> None:
    """Keep slots filled, a turn at a time; look again in 10 ms when there is nothing."""
    client = redis.asyncio.from_url(URL, single_connection_client=True)
    turn = client.register_script(TURN)
    ended: list[bytes] = []
    # Holds the tasks, as the loop does not.
    running: dict[bytes, asyncio.Task[None]] = {}

    async def attempt(id: bytes, blob: bytes) -> None:
        result = run(blob)
        del running[id]
        ended.append(id)
        ended.append(result)

    while True:
        now, ended = ended, []
        reply = await turn(keys=KEYS, args=[count - len(running), int(time.time()) + 15, len(now) // 2, *now])
        if reply:
            for id, blob in zip(*reply, strict=True):
                # A job submitted alone has no blob: its id is its blob.
                running[id] = asyncio.create_task(attempt(id, blob or id))
        await asyncio.sleep(0 if reply or ended else 0.01)


def blob_of(call: Call) -> str:
    """Write a job's arguments in a way that costs little to read."""
    return " ".join(map(str, call))


def run(blob: bytes) -> bytes:
    """Run the job and return its result."""
    number, _, text = blob.partition(b" ")
    started(int(number))
    return text or b"null"


system = Bare()

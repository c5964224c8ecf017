"""What is measured: Ferryman, the ceiling, and the rivals."""

from __future__ import annotations

from benchmarks.peers.peer import AT_LEAST_ONCE, AT_MOST_ONCE, Jobs, Peer
from benchmarks.peers.rivals import RIVALS

THROUGHPUT = frozenset({"sequential", "concurrent", "bulk", "drain", "drain2", "kb_bulk", "kb_drain"})
HTTP = frozenset({"http", "http_batch"})
OWN = THROUGHPUT | HTTP | {"latency", "idle", "growth"}

FERRYMAN = ("ferryman", "redis", "hiredis", "uvloop")

OURS = [
    Peer(
        "ferryman",
        "ferryman",
        None,
        Jobs(4_000, 30_000, 80_000),
        f"{AT_LEAST_ONCE}, fenced",
        "concurrency 100; results, history, leases and fencing are always on",
        packages=FERRYMAN,
        only=OWN,
    ),
    Peer(
        "ferryman-sqlite",
        "ferryman",
        None,
        Jobs(1_500, 20_000, 60_000),
        f"{AT_LEAST_ONCE}, fenced",
        "concurrency 100, durability full: each commit is synced to the disk",
        store="sqlite",
        packages=FERRYMAN,
        only=OWN,
    ),
    Peer(
        "bare",
        "bare",
        None,
        Jobs(20_000, 25_000, 150_000),
        "none: the ceiling",
        "one script a turn of 100 slots with redis-py; submits: RPUSH, in bulk RPUSH and HSET of 500",
        packages=FERRYMAN[1:],
        only=THROUGHPUT | HTTP,
    ),
    Peer(
        "bare-blpop",
        "bare",
        None,
        Jobs(1_000, 1_000, 10_000),
        AT_MOST_ONCE,
        "a loop of BLPOP with redis-py",
        variant="blpop",
        records=False,
        packages=FERRYMAN[1:],
        only=frozenset({"latency"}),
    ),
]

CATALOG = [*OURS, *RIVALS]

"""What runs under callgrind: each subject in two sizes, each in a child process that begins where all began.

python -m tests.budget.subjects REDIS_URL

Prints a line for each child: its process id, how many jobs it did, and the subject. Imports cost far more than what is
measured, so they are made once; a child's count of instructions has them in it, and the difference of two has not.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from ferryman.runtime import loop_factory, run_worker
from tests.budget.instant_store import InstantStore
from tests.budget.work import ALONE, TOGETHER, Submit, app, bulk, drain, silent, together

#: Few, since each instruction takes fifty times as long; and enough to fill the worker's slots five times.
COUNT = 500

#: Does so many jobs, in an event loop or without.
Act = Callable[[int], Coroutine[Any, Any, None] | None]


def yardstick(count: int) -> None:
    """Do what any Python program does: tuples, dictionaries, JSON. Costs are told in rounds of this."""
    table = {f"key {number}": number for number in range(64)}
    names = list(table)
    pairs: list[tuple[int, str]] = []
    for number in range(count):
        name = names[number % 64]
        pairs.append((table[name] + number, name))
        json.loads(json.dumps({"number": number, "name": name}))


async def submits(url: str, submit: Submit, count: int) -> None:
    """Describe, encode and send jobs to a real Redis."""
    async with app(_apart(url)) as ferry:
        await submit(ferry, count)


def _apart(url: str) -> str:
    """Return the URL of a store that is empty: under a prefix of its own, that of this process."""
    return f"{url}?prefix=budget-{os.getpid()}"


async def worker(url: str, count: int) -> None:
    """Claim, run and report, by a worker whose store costs nothing."""
    ferry = app(url)
    store = InstantStore("budget.noop", count)
    vars(ferry)["make_store"] = lambda: store
    await run_worker(ferry, concurrency=TOGETHER, burst=True, emit=silent, ports=ALONE)
    assert store.accepted == count, f"{store.accepted} of {count} jobs were reported"


async def drained(url: str, count: int) -> None:
    """Submit jobs to a real Redis, and have a worker run them."""
    async with app(_apart(url)) as ferry:
        await bulk(ferry, count)
        await drain(ferry)


def subjects(url: str) -> dict[str, Act]:
    """Return what is measured by name: each does so many jobs."""
    return {
        "yardstick": yardstick,
        "bulk submit": lambda count: submits(url, bulk, count),
        "100 concurrent submits": lambda count: submits(url, together, count),
        "worker": lambda count: worker(url, count),
        "bulk submit and drain": lambda count: drained(url, count),
    }


def main(arguments: Sequence[str]) -> None:
    """Run each subject in each size in a child."""
    [url] = arguments
    for act in subjects(url).values():
        do(act, 100)  # imports what it needs, here and not in each child
    gc.collect()
    gc.freeze()  # what is there already is not looked at again in one child and not in another
    for name, act in subjects(url).items():
        for count in (COUNT, 2 * COUNT):
            pid = os.fork()
            if not pid:
                _run(act, count)
            _, status = os.waitpid(pid, 0)
            assert status == 0, f"{name} of {count} ended with {status}"
            sys.stdout.write(f"{pid} {count} {name}\n")
            sys.stdout.flush()


def do(act: Act, count: int) -> None:
    """Do so many jobs."""
    doing = act(count)
    if doing is not None:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(doing)


def _run(act: Act, count: int) -> None:
    """Do it and end this process, without the work of leaving an interpreter."""
    code = 1
    try:
        do(act, count)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])

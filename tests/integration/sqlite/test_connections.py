"""One app on many event loops: each has a store of its own, and none is left open when its loop is gone."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from ferryman import Ferryman


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux lists a process's open files there")
def test_loops_that_are_gone_leave_no_files_or_threads_behind(tmp_path: Path) -> None:
    # Seen red before closed loops were let go of: six files and a thread more for each asyncio.run.
    ferry = Ferryman(f"sqlite:///{tmp_path}/jobs.db")

    @ferry.task
    async def noop() -> None: ...

    async def submit() -> str:
        return (await noop.submit()).id

    asyncio.run(submit())
    files, threads = open_files(), threading.active_count()
    ids = {asyncio.run(submit()) for _ in range(10)}
    assert len(ids) == 10
    assert open_files() <= files + 1
    assert threading.active_count() <= threads

    async def close() -> None:
        await submit()
        await ferry.close()

    asyncio.run(close())


def test_sync_callers_share_a_loop_of_their_own(tmp_path: Path) -> None:
    ferry = Ferryman(f"sqlite:///{tmp_path}/jobs.db")

    @ferry.task
    async def noop(number: int) -> None: ...

    def many() -> None:
        for number in range(20):
            noop.submit_sync(number)

    callers = [threading.Thread(target=many) for _ in range(10)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    async def count() -> int:
        async with ferry:
            client = await ferry.connections.here()
            return sum(count.jobs for count in await client.store.inspector.counts())

    assert asyncio.run(count()) == 200


async def test_the_sync_form_inside_a_loop_says_what_to_do_instead(tmp_path: Path) -> None:
    ferry = Ferryman(f"sqlite:///{tmp_path}/jobs.db")

    @ferry.task
    async def noop() -> None: ...

    with pytest.raises(RuntimeError, match="await the async form"):
        noop.submit_sync()

"""What `lifespan` does around an application of one's own: signals, the worker inside, and what is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from fastapi import FastAPI

from ferryman import Ferryman
from ferryman.api import create_app, lifespan
from ferryman.worker.worker import Worker
from tests.integration.api.listener import listening

PLAIN = """
import asyncio
from fastapi import FastAPI
from ferryman import Ferryman
from ferryman.api import lifespan

ferry = Ferryman("sqlite://")

async def main():
    async with lifespan(ferry)(FastAPI()):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """What a server around us hears: the numbers of the signals."""
    numbers: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        numbers.append(number)

    before = signal.signal(signal.SIGTERM, hear)
    yield numbers
    signal.signal(signal.SIGTERM, before)


async def test_a_signal_is_passed_on_and_the_handler_put_back(heard: list[int]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with lifespan(Ferryman("sqlite://"))(FastAPI()):
        assert signal.getsignal(signal.SIGTERM) is not before
        os.kill(os.getpid(), signal.SIGTERM)
    assert heard == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is before


async def test_a_handler_that_came_later_is_left_alone(heard: list[int]) -> None:
    # Seen red when whatever was there was replaced by what had been there before us.
    async with lifespan(Ferryman("sqlite://"))(FastAPI()):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


async def test_a_signal_ends_the_streams_of_an_application_that_is_mounted(heard: list[int]) -> None:
    # Seen red when a mounted application, whose lifespan nobody runs, had a stop of its own: the server lived on.
    ferry, outer = Ferryman("sqlite://"), FastAPI()
    outer.mount("/jobs", create_app(ferry))
    async with lifespan(ferry)(outer), listening(outer, "/jobs/v1/events") as listener:
        await listener.opened()
        os.kill(os.getpid(), signal.SIGTERM)
        assert [event.kind async for event in listener.events("bye")] == ["bye"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_a_signal_that_nobody_listens_for_still_ends_the_process(tmp_path: Path) -> None:
    # Seen red when our handler was put where none had been: the process then lived on.
    command = [sys.executable, "-c", PLAIN]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == -signal.SIGTERM
        finally:
            process.kill()


async def test_the_worker_inside_claims_nothing_after_the_signal_and_ends_what_it_runs(heard: list[int]) -> None:
    # Seen red when it was stopped by the lifespan's end only, which a server reaches after the last open request.
    ferry = Ferryman("sqlite://", concurrency=1)
    started, may_end = asyncio.Event(), asyncio.Event()

    @ferry.task
    async def first() -> str:
        started.set()
        await may_end.wait()
        return "done"

    @ferry.task
    async def second() -> None: ...

    async with lifespan(ferry, worker=True)(FastAPI()):
        running = await first.submit()
        await started.wait()
        waiting = await second.submit()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)  # the handler runs, and hands over to the loop
        may_end.set()
        # Finishing it and claiming the next would be one step: what is pending now was not claimed.
        assert await running.result(20) == "done"
        assert await waiting.status() == "pending"
    assert heard == [signal.SIGTERM]


async def test_a_worker_inside_that_fails_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failed = asyncio.Event()

    async def fail(worker: Worker) -> None:
        failed.set()
        raise RuntimeError("out of luck")

    told: list[str] = []

    async def serve() -> None:
        async with lifespan(Ferryman("sqlite://"), worker=True)(FastAPI()):
            await failed.wait()
            await asyncio.sleep(0)
            told.append(caplog.text)  # judged outside, where the worker's own error cannot take the verdict's place

    monkeypatch.setattr(Worker, "run", fail)
    with pytest.raises(RuntimeError, match="out of luck"):
        await serve()
    assert "the worker inside the server has failed" in told[0]

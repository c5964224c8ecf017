"""The lines that tell how an action on many jobs goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response

from ferryman.api import lines
from ferryman.api.guarded import noun_router
from ferryman.api.lines import LineStream
from ferryman.api.stopping import stop_of
from ferryman.api.stream import SEATS
from ferryman.bulk import Tally
from ferryman.domain.errors import StoreUnavailable
from tests.integration.api.listener import Listener, listening

Steps = AsyncGenerator[Tally, None]
LONG = 1_000_000.0


def serving(steps: Callable[[], Steps]) -> FastAPI:
    """Return an application with one action."""
    application, router = FastAPI(), noun_router("test")

    @router.get("/")
    async def answer(request: Request) -> Response:
        return LineStream(steps(), stop_of(request), "/here")

    application.include_router(router)
    return application


async def all_lines(listener: Listener) -> list[dict[str, Any]]:
    found = []
    while (line := await listener.line()) is not None:
        found.append(line)
    return found


def said(done: int, **more: Any) -> dict[str, Any]:
    return {"done": done, "refused": 0, "gone": 0, "examined": done} | more


async def test_each_thousand_jobs_are_a_line_and_the_last_one_says_that_it_is_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lines, "EVERY", LONG)

    async def steps() -> Steps:
        for done in (400, 800, 1_200, 2_200, 2_300):
            yield Tally(done, 0, 0, done)

    async with listening(serving(steps), "/") as listener:
        assert await all_lines(listener) == [said(1_200), said(2_200), said(2_300, finished=True)]
    assert listener.status == 200
    assert listener.headers["content-type"] == "application/x-ndjson"


async def test_an_action_that_takes_long_says_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "EVERY", 0.01)

    async def steps() -> Steps:
        yield Tally(1, 0, 0, 1)
        await asyncio.Event().wait()

    async with listening(serving(steps), "/") as listener:
        while await listener.line() != said(1):
            pass
        assert [await listener.line() for _ in range(3)] == [said(1)] * 3


async def test_an_error_on_the_way_is_the_last_line(caplog: pytest.LogCaptureFixture) -> None:
    async def away() -> Steps:
        yield Tally(7, 0, 0, 7)
        raise StoreUnavailable("the store is away")

    async def broken() -> Steps:
        yield Tally(7, 0, 0, 7)
        raise RuntimeError("out of luck")

    for (
        steps,
        code,
    ) in ((away, "store_unavailable"), (broken, "internal_error")):
        async with listening(serving(steps), "/") as listener:
            *_, last = await all_lines(listener)
        assert last["done"] == 7
        assert (last["problem"]["code"], last["problem"]["instance"]) == (code, "/here")
        assert "finished" not in last
    assert "out of luck" in caplog.text


async def test_a_client_that_leaves_ends_the_action() -> None:
    # Seen red when the next step was asked for whoever is there.
    ended, steps_taken = asyncio.Event(), 0

    async def steps() -> Steps:
        nonlocal steps_taken
        try:
            while True:
                steps_taken += 1
                yield Tally(1_000 * steps_taken, 0, 0, 0)
        finally:
            ended.set()

    async with listening(serving(steps), "/") as listener:
        await listener.line()
    assert ended.is_set()
    taken = steps_taken
    await asyncio.sleep(0)
    assert steps_taken == taken
    assert SEATS.taken == 0


async def test_a_server_that_stops_ends_the_action_after_its_step_and_says_so() -> None:
    going, go_on = asyncio.Event(), asyncio.Event()

    async def steps() -> Steps:
        yield Tally(1_000, 0, 0, 1_000)
        going.set()
        await go_on.wait()
        yield Tally(2_000, 0, 0, 2_000)
        raise AssertionError("another step was taken")

    application = serving(steps)
    async with listening(application, "/") as listener:
        assert await listener.line() == said(1_000)
        await going.wait()
        application.state.ferryman_stop.set()
        go_on.set()
        *_, last = await all_lines(listener)
        await listener.answering
    assert last["done"] == 2_000
    assert last["problem"]["code"] == "server_stopping"


async def test_a_server_that_stops_does_not_wait_for_a_store_that_is_away() -> None:
    async def steps() -> Steps:
        yield Tally(1_000, 0, 0, 1_000)
        await asyncio.Event().wait()

    application = serving(steps)
    async with listening(application, "/") as listener:
        await listener.line()
        application.state.ferryman_stop.set()
        async with asyncio.timeout(5):
            *_, last = await all_lines(listener)
    assert last["problem"]["code"] == "server_stopping"

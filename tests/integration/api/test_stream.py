"""What every stream does, whatever its events: it says that it lives, ends well, and waits for slow readers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.types import ASGIApp

from ferryman.api import stream, wire
from ferryman.api.guarded import noun_router
from ferryman.api.stopping import stop_of
from ferryman.api.stream import EventStream, Seats, event
from tests.integration.api.listener import Event, Listener, listening

Source = Callable[[], AsyncIterator[bytes]]


def serving(source: Source, seats: Seats | None = None) -> FastAPI:
    """Return an application with one stream."""
    application, router = FastAPI(), noun_router("test")

    @router.get("/")
    async def answer(request: Request) -> Response:
        return EventStream(source(), stop_of(request), seats or Seats())

    application.include_router(router)
    return application


async def numbers(count: int = 3) -> AsyncIterator[bytes]:
    for number in range(count):
        yield event("number", str({"n": number}).replace("'", '"'), str(number))


async def never() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


async def test_events_come_in_order_with_their_ids_and_then_the_end() -> None:
    async with listening(serving(numbers), "/") as listener:
        came = [found async for found in listener.events()]
    assert came == [Event("number", {"n": number}, str(number)) for number in range(3)]


async def test_the_first_thing_said_is_when_to_come_back() -> None:
    async with listening(serving(numbers), "/") as listener:
        assert (await listener.body()).startswith(b"retry: 2000\n\n")
    assert listener.headers["cache-control"] == "no-store"
    assert listener.headers["x-accel-buffering"] == "no"
    assert "content-length" not in listener.headers


def test_line_breaks_between_the_tokens_of_json_do_not_cut_an_event() -> None:
    assert event("x", '{"a":\r\n\n 1}') == b'event: x\ndata: {"a":  1}\n\n'


async def test_a_silent_stream_says_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.01)
    async with listening(serving(never), "/") as listener:
        while listener.text.count(b":\n\n") < 3:
            listener.text += await listener._come.get() or b""
    assert re.fullmatch(rb"retry: 2000\n\n(:\n\n)+", listener.text)


async def test_a_large_event_leaves_in_small_pieces() -> None:
    async def large() -> AsyncIterator[bytes]:
        yield event("large", f'{{"text": "{"x" * 200_000}"}}')

    sizes: list[int] = []
    async with listening(watched(serving(large), sizes), "/") as listener:
        [came] = [found async for found in listener.events()]
    assert len(came.data["text"]) == 200_000
    assert max(sizes) <= wire.PIECE


def watched(application: ASGIApp, sizes: list[int]) -> ASGIApp:
    """Note the size of each piece that is sent."""

    async def app(scope: object, receive: object, send: Callable[[object], Awaitable[None]]) -> None:
        async def noted(message: dict[str, object]) -> None:
            sizes.append(len(message.get("body", b"")))  # type: ignore[arg-type]
            await send(message)

        await application(scope, receive, noted)  # type: ignore[arg-type]

    return app  # type: ignore[return-value]


async def test_nothing_is_asked_for_whoever_does_not_read_and_nobody_else_waits_for_it() -> None:
    asked: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        asked.append(0)
        stream = len(asked) - 1
        while True:
            asked[stream] += 1
            yield event("tick", "{}")

    application = serving(endless)
    async with listening(application, "/") as slow:
        await slow.event()
        slow.reads.clear()
        before = asked[0]
        async with listening(application, "/") as fast:
            for _ in range(500):
                await fast.event()
        assert asked[1] >= 500
        assert asked[0] <= before + 1


async def test_a_client_that_leaves_ends_its_stream_and_what_fed_it() -> None:
    ended = asyncio.Event()

    async def source() -> AsyncIterator[bytes]:
        try:
            yield event("first", "{}")
            await asyncio.Event().wait()
        finally:
            ended.set()

    seats = Seats()
    async with listening(serving(source, seats), "/") as listener:
        await listener.event()
        assert seats.taken == 1
    assert ended.is_set()
    assert seats.taken == 0


async def test_a_source_that_fails_ends_the_answer_and_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def source() -> AsyncIterator[bytes]:
        yield event("first", "{}")
        raise RuntimeError("out of luck")

    async with listening(serving(source), "/") as listener:
        assert [found.kind async for found in listener.events()] == ["first"]
    assert "out of luck" in caplog.text


async def test_one_stream_too_many_is_refused_until_another_ends() -> None:
    seats = Seats(2)
    application = serving(never, seats)
    async with listening(application, "/") as one:
        async with listening(application, "/") as two:
            await one.opened()
            await two.opened()
            refused = Listener(application, "/")
            assert b'"code":"too_many_streams"' in await refused.body()
            assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        async with listening(application, "/") as three:
            await three.opened()
            assert (one.status, three.status, seats.taken) == (200, 200, 2)


async def test_a_server_that_stops_says_goodbye_on_every_stream() -> None:
    application = serving(never)
    async with listening(application, "/") as one, listening(application, "/") as two:
        await one.opened()
        await two.opened()
        application.state.ferryman_stop.set()
        for listener in (one, two):
            assert [found.kind async for found in listener.events()] == ["bye"]
            await listener.answering


async def test_a_server_that_stops_does_not_wait_for_those_that_do_not_read() -> None:
    application = serving(numbers)
    listener = Listener(application, "/")
    await listener.opened()
    listener.reads.clear()
    application.state.ferryman_stop.set()
    async with asyncio.timeout(5):
        await listener.answering


async def test_a_stop_that_was_asked_for_belongs_to_the_server_that_stopped() -> None:
    application = serving(never)
    async with listening(application, "/") as listener:
        await listener.opened()
        application.state.ferryman_stop.set()
        assert [found.kind async for found in listener.events()] == ["bye"]
    async with listening(application, "/") as again:
        await again.opened()
        assert not again.answering.done()

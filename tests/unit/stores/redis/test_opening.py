"""A wire that opens: it works, or nothing of it is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from ferryman.stores.redis import wire as wires
from ferryman.stores.redis.wire import Wire
from tests.unit.stores.redis.scripted_server import Line, ScriptedServer, on_each_loop


@on_each_loop
async def test_a_server_that_hangs_up_at_once_is_told(server: ScriptedServer) -> None:
    server.greets = False
    line = Line(server.url)
    opening = asyncio.create_task(line.open())
    await server.until(lambda: bool(server.clients))
    server.clients[-1].abort()
    with pytest.raises(RedisConnectionError):
        await opening
    assert line.wire.closed
    assert line.wire.gone.is_set()


@on_each_loop
async def test_a_server_that_does_not_greet_is_not_waited_for(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wires, "ANSWER_TIMEOUT", 0.05)
    server.greets = False
    line = Line(server.url)
    with pytest.raises(TimeoutError):
        await line.open()
    assert line.wire.gone.is_set()
    await server.until(lambda: server.gone == 1)


@pytest.mark.parametrize("end", [Wire.close, Wire.retire])
@on_each_loop
async def test_a_wire_that_is_closed_while_it_opens_stays_closed(
    server: ScriptedServer, end: Callable[[Wire], None]
) -> None:
    server.greets = False
    line = Line(server.url)
    opening = asyncio.create_task(line.open())
    await server.until(lambda: bool(server.clients))
    end(line.wire)
    server.greets = True
    server.say(b"+OK\r\n" * 2)
    with pytest.raises(RedisConnectionError):
        await opening
    await asyncio.wait_for(line.wire.gone.wait(), 20)
    await server.until(lambda: server.gone == 1)
    assert line.settled == 0

"""A wire: everybody gets the replies to their own commands, or is told that there will be none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from redis.exceptions import BusyLoadingError, InvalidResponse, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from ferryman import failpoints
from ferryman.stores.redis import wire as wires
from ferryman.stores.redis.wire import Wire
from tests.unit.stores.redis.scripted_server import Line, ScriptedServer, bulk, on_each_loop


@on_each_loop
async def test_exchanges_that_are_under_way_together_are_answered_in_their_order(server: ScriptedServer) -> None:
    line = await Line(server.url).open()
    answers = [line.ask("a"), line.ask("b", "c"), line.ask("d")]
    await server.until(lambda: len(server.asked) == 4)
    assert [command[1] for command in server.asked] == [b"a", b"b", b"c", b"d"]
    server.say(bulk(b"A"), bulk(b"B"))
    assert await answers[0] == [b"A"]
    assert not answers[1].done()
    assert line.settled == 0, "who waits for the others would share the wire with a stranger"
    server.say(bulk(b"C"), bulk(b"D"))
    assert await asyncio.gather(*answers) == [[b"A"], [b"B", b"C"], [b"D"]]
    assert (line.settled, line.wire.closed) == (1, False)
    line.wire.close()


@on_each_loop
async def test_replies_may_come_in_pieces(server: ScriptedServer) -> None:
    line = await Line(server.url).open()
    answer = line.ask("a", "b")
    for byte in bulk(b"\r\n") + b"*2\r\n:1\r\n$-1\r\n":
        assert not answer.done()
        line.wire.data_received(bytes([byte]))
    assert await answer == [b"\r\n", [1, None]]
    line.wire.close()


@on_each_loop
async def test_nobody_gets_the_replies_of_a_caller_that_was_cancelled(server: ScriptedServer) -> None:
    line = await Line(server.url).open()
    answers = [line.ask("a"), line.ask("b", "c"), line.ask("d")]
    answers[1].cancel()
    await server.until(lambda: len(server.asked) == 4)
    server.say(*[bulk(name) for name in (b"A", b"B", b"C")])
    assert await answers[0] == [b"A"]
    answers += [line.ask("e")]
    server.say(bulk(b"D"), bulk(b"E"))
    assert [await answer for answer in answers[2:]] == [[b"D"], [b"E"]]
    assert answers[1].cancelled()
    line.wire.close()


@on_each_loop
async def test_a_server_that_hangs_up_is_told_to_all_who_wait(server: ScriptedServer) -> None:
    line = await Line(server.url).open()
    answers = [line.ask("a"), line.ask("b", "c")]
    await server.until(lambda: len(server.asked) == 3)
    server.say(bulk(b"A")[:3])
    server.clients[-1].close()
    await line.told(RedisConnectionError, *answers)


@on_each_loop
async def test_a_server_that_is_silent_is_told_to_all_who_wait(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await Line(server.url).open()
    monkeypatch.setattr(wires, "ANSWER_TIMEOUT", 0.05)
    answers = [line.ask("a")]
    monkeypatch.setattr(wires, "ANSWER_TIMEOUT", 600.0)
    answers.append(line.ask("b"))  # its own time is not over, but what it waits behind will not come
    await line.told(RedisTimeoutError, *answers)
    await server.until(lambda: server.gone == 1)


@on_each_loop
async def test_whoever_was_answered_is_not_timed_any_more(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = await Line(server.url).open()
    monkeypatch.setattr(wires, "ANSWER_TIMEOUT", 0.05)
    answer = line.ask("a")
    line.wire.data_received(b"+A\r\n")
    assert await answer == [b"A"]
    await asyncio.sleep(0.1)
    assert not line.wire.closed
    line.wire.close()


@on_each_loop
async def test_what_has_ended_is_not_asked_any_more(server: ScriptedServer) -> None:
    # Seen red: over TLS there are steps between the end and its being told, in which commands were sent to nobody.
    line = await Line(server.url).open()
    answer = line.ask("a")
    line.wire.eof_received()
    assert (line.wire.closed, line.settled) == (True, 0)
    server.clients[-1].close()
    await line.told(RedisConnectionError, answer)


@on_each_loop
async def test_error_replies_stand_among_the_others(server: ScriptedServer) -> None:
    line = await Line(server.url).open()
    answer = line.ask("a", "b", "c")
    line.wire.data_received(b"+A\r\n-WRONGTYPE this is no list\r\n+C\r\n")
    first, error, last = await answer
    assert (first, last) == (b"A", b"C")
    assert isinstance(error, ResponseError)
    assert not line.wire.closed
    line.wire.close()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"-LOADING Redis is loading the dataset in memory\r\n", BusyLoadingError),
        (b"-ERR max number of clients reached\r\n", RedisConnectionError),
        (b"HTTP/1.1 400 Bad Request\r\n", InvalidResponse),
        (b"+A\r\n+B\r\n+C\r\n+D\r\n", InvalidResponse),
    ],
)
@on_each_loop
async def test_a_server_that_is_of_no_use_is_told_to_all_who_wait(
    server: ScriptedServer, said: bytes, kind: type[RedisError]
) -> None:
    line = await Line(server.url).open()
    answers = [line.ask("a"), line.ask("b", "c")]
    line.wire.data_received(said)
    if said.count(b"\r\n") == 4:  # all was answered before the one too many
        assert await asyncio.gather(*answers) == [[b"A"], [b"B", b"C"]]
        answers = []
    await line.told(kind, *answers)
    await server.until(lambda: server.gone == 1)


@on_each_loop
async def test_a_reply_that_nobody_asked_for_closes_the_wire(server: ScriptedServer) -> None:
    line = await Line(server.url).open()
    server.say(b"+")
    server.say(b"OK\r\n")
    await server.until(lambda: server.gone == 1)
    assert (line.wire.closed, line.settled) == (True, 0), "it would be given back a second time"


@on_each_loop
async def test_the_beginning_of_a_reply_that_nobody_asked_for_settles_nothing(server: ScriptedServer) -> None:
    # Seen red when any data settled a wire on which nothing was under way: it was given to two callers.
    line = await Line(server.url).open()
    line.wire.data_received(b"+O")
    assert line.settled == 0
    line.wire.close()


@on_each_loop
async def test_a_server_that_was_demoted_answers_and_is_left(server: ScriptedServer) -> None:
    line = await Line(server.url).open()
    answers = [line.ask("a"), line.ask("b")]
    line.wire.data_received(b"-READONLY You can't write against a read only replica.\r\n")
    [error] = await answers[0]
    assert isinstance(error, ReadOnlyError)
    assert (line.wire.closed, line.settled) == (True, 0)
    line.wire.data_received(b"+B\r\n")
    assert await answers[1] == [b"B"]
    assert line.settled == 1
    line.wire.close()


@pytest.mark.parametrize("close", [Wire.close, lambda wire: wire.connection_lost(OSError("cut"))])
@on_each_loop
async def test_closing_tells_all_who_wait_and_may_be_done_twice(
    server: ScriptedServer, close: Callable[[Wire], None]
) -> None:
    line = await Line(server.url).open()
    answers = [line.ask("a"), line.ask("b")]
    close(line.wire)
    close(line.wire)
    line.wire.data_received(b"+A\r\n")
    await line.told(RedisConnectionError, *answers)


@on_each_loop
async def test_a_wire_that_is_retired_closes_when_all_is_answered(server: ScriptedServer) -> None:
    line = await Line(server.url).open()
    answers = [line.ask("a"), line.ask("b")]
    line.wire.retire()
    assert line.wire.closed
    line.wire.data_received(b"+A\r\n")
    line.wire.retire()
    line.wire.data_received(b"+B\r\n")
    assert await asyncio.gather(*answers) == [[b"A"], [b"B"]]
    assert line.settled == 1
    line.wire.close()  # as whoever is told that it is settled does
    await asyncio.wait_for(line.wire.gone.wait(), 20)
    idle = await Line(server.url).open()
    idle.wire.retire()
    await asyncio.wait_for(idle.wire.gone.wait(), 20)
    assert idle.settled == 0


@on_each_loop
async def test_what_could_not_be_sent_ends_the_wire_for_all(server: ScriptedServer) -> None:
    line = await Line(server.url).open()
    answer = line.ask("a")
    failpoints.arm("redis.sent:raise")
    with pytest.raises(failpoints.FailpointReached):
        line.ask("b")
    failpoints.arm(None)
    await line.told(RedisConnectionError, answer)

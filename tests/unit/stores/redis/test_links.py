"""A link: few connections, of which none is lost, none is given to two, and none stays open."""

from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from ferryman.stores.redis.address import parse_address
from ferryman.stores.redis.links import MOST_CONNECTIONS, link_to
from ferryman.stores.redis.wire import Command
from tests.unit.stores.redis.scripted_server import ScriptedServer, bulk, link_of, on_each_loop, scripted

Asked = list[bytes]


def echo(command: Asked) -> bytes:
    return bulk(command[-1])


def words(server: ScriptedServer) -> list[bytes]:
    """Return what was asked for."""
    return [command[-1] for command in server.asked]


@on_each_loop
async def test_what_cannot_be_written_costs_no_connection(server: ScriptedServer) -> None:
    # Seen red when a connection was taken first: each such call kept one, until no call went through.
    server.answer = echo
    link = link_of(server)
    wrong: list[Command] = [("ECHO", "\ud800"), ("ECHO", None)]  # type: ignore[list-item]
    for _ in range(MOST_CONNECTIONS):
        for command in wrong:
            with pytest.raises((UnicodeEncodeError, TypeError)):
                await link.send("", [command])
    assert not server.clients
    assert await link.send("", [("ECHO", "fine")]) == [b"fine"]
    await link.close()


@on_each_loop
@pytest.mark.parametrize("said", [b"-LOADING it\r\n", b"+ok\r\n+too much\r\n", b"nonsense\r\n", b"-READONLY it\r\n"])
async def test_no_answer_costs_a_connection(server: ScriptedServer, said: bytes) -> None:
    server.answer = lambda _: said
    link = link_of(server)
    for in_order in [True, False] * MOST_CONNECTIONS:
        await asyncio.gather(link.send("", [("ECHO", "x")], in_order=in_order), return_exceptions=True)
    server.answer = echo
    assert await link.send("", [("ECHO", "x")]) == [b"x"]
    await server.until(lambda: len(server.clients) - server.gone <= 2)
    await asyncio.gather(*[link.send("", [("ECHO", "x")]) for _ in range(200)])
    assert 1 < len(server.clients) - server.gone <= MOST_CONNECTIONS, "too few are left, or some were given back twice"
    assert len(link._wires) <= MOST_CONNECTIONS, "what is closed is kept"
    await link.close()


@on_each_loop
async def test_one_connection_has_one_caller_unless_it_is_for_what_is_sent_in_order(server: ScriptedServer) -> None:
    link = link_of(server)
    alone = [asyncio.create_task(link.send("", [("ECHO", n)])) for n in range(3)]
    together = [asyncio.create_task(link.send("", [("ECHO", n)], in_order=True)) for n in range(3)]
    await server.until(lambda: len(server.asked) == 6)
    assert len(server.clients) == 4
    for client in server.clients:
        client.write(b"+a\r\n")
    await asyncio.gather(*alone)
    server.close()
    assert [type(one) for one in await asyncio.gather(*together, return_exceptions=True)].count(list) == 1
    await link.close()


@on_each_loop
async def test_who_waits_for_the_connection_is_not_overtaken(server: ScriptedServer) -> None:
    # Seen red when whoever came once it was there sent at once, before those who had waited for it.
    server.answer = echo
    link = link_of(server)

    async def send(word: str) -> None:
        await link.send("", [("ECHO", word)], in_order=True)

    async def come_late() -> None:
        while link._ordered is None:  # noqa: ASYNC110  # the very step of the loop matters
            await asyncio.sleep(0)
        await send("late")

    await asyncio.gather(*[send(word) for word in "abc"], come_late())
    assert words(server) == [b"a", b"b", b"c", b"late"]
    await link.close()


@on_each_loop
async def test_what_is_sent_in_order_overtakes_nothing(server: ScriptedServer) -> None:
    server.answer = lambda command: b"+ok\r\n"
    link = link_of(server)
    large = "x" * 8_000_000
    sent = [link.send("", [("ECHO", text)], in_order=True) for text in (large, "a", large, "b")]
    await asyncio.gather(*map(asyncio.create_task, sent))
    assert [len(word) for word in words(server)] == [len(large), 1, len(large), 1]
    assert len(server.clients) == 1
    await link.close()


@on_each_loop
async def test_closing_lets_what_was_asked_be_answered(server: ScriptedServer) -> None:
    link = link_of(server)
    calls = [asyncio.create_task(link.send("", [("ECHO", "x")], in_order=True)) for _ in range(2)]
    await server.until(lambda: len(server.asked) == 2)
    calls.append(asyncio.create_task(link.send("", [("ECHO", "x")])))
    await server.until(lambda: len(server.asked) == 3)
    closing = asyncio.create_task(link.close())
    await asyncio.sleep(0)
    assert not closing.done()
    ordered, alone = server.clients
    alone.write(b"+a\r\n")
    ordered.write(b"+a\r\n+a\r\n")
    assert await asyncio.gather(*calls) == [[b"a"]] * 3
    await closing
    await server.until(lambda: server.gone == len(server.clients) == 2)
    await link.close()
    for in_order in (True, False):
        with pytest.raises(RedisConnectionError, match="were closed"):
            await link.send("", [("ECHO", "x")], in_order=in_order)


@on_each_loop
@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("cancelled", [True, False])
async def test_closing_leaves_nothing_that_was_being_opened(
    server: ScriptedServer, in_order: bool, cancelled: bool
) -> None:
    # Seen red: what was opened for calls in order was there when all had been closed, and stayed.
    server.greets = False
    link = link_of(server)
    call = asyncio.create_task(link.send("", [("ECHO", "x")], in_order=in_order))
    await server.until(lambda: bool(server.clients))
    closing = asyncio.create_task(link.close())
    await asyncio.sleep(0)
    if cancelled:
        closing.cancel()  # whoever closes may be in a hurry
    server.say(b"+OK\r\n" * 2)
    with pytest.raises(RedisConnectionError):
        await call
    await asyncio.wait([closing])
    await server.until(lambda: server.gone == 1)


@on_each_loop
async def test_who_is_cancelled_while_a_connection_opens_costs_none(server: ScriptedServer) -> None:
    server.greets = False
    link = link_of(server)
    for count in range(1, MOST_CONNECTIONS + 1):
        calls = [asyncio.create_task(link.send("", [("ECHO", "x")], in_order=in_order)) for in_order in (True, False)]
        await server.until(lambda: len(server.clients) == 2 * count)  # noqa: B023  # it is awaited here
        for call in calls:
            call.cancel()
        await asyncio.wait(calls)
    await server.until(lambda: server.gone == len(server.clients))
    server.greets, server.answer = True, echo
    assert await link.send("", [("ECHO", "x")]) == [b"x"]
    assert await link.send("", [("ECHO", "y")], in_order=True) == [b"y"]
    await link.close()


def masters(master: ScriptedServer) -> bytes:
    """Say what a sentinel says of the only master that it knows."""
    state = ("name", "jobs", "ip", "127.0.0.1", "port", str(master.port), "flags", "master", "num-other-sentinels", "0")
    return b"*1\r\n%%%d\r\n" % (len(state) // 2) + b"".join(bulk(word.encode()) for word in state)


@on_each_loop
@pytest.mark.parametrize("in_order", [True, False])
async def test_a_master_that_another_one_replaced_is_asked_no_more(server: ScriptedServer, in_order: bool) -> None:
    # Seen red when connections to the old one were used for as long as it answered, beside those to the new one.
    async with scripted() as old, scripted() as new:
        old.answer = new.answer = echo
        server.answer = lambda _: masters(old)
        link = link_to(parse_address(f"redis+sentinel://127.0.0.1:{server.port}/jobs"))

        async def send(word: str, *, in_order: bool = False) -> None:
            assert await link.send("", [("ECHO", word)], in_order=in_order) == [word.encode()]

        await asyncio.gather(*[send("first") for _ in range(3)], send("first", in_order=True))
        server.answer = lambda _: masters(new)
        assert not new.asked
        await asyncio.gather(*[send("between") for _ in range(4)])  # one connection more than there are
        await send("after", in_order=in_order)
        await asyncio.gather(*[send("after") for _ in range(3)])
        assert b"after" not in words(old)
        await old.until(lambda: old.gone == 4)
        await link.close()

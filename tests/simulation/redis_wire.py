"""A real Redis server that is asked in no time: the scripts are the real ones, only the way there is simulated."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any

import hiredis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ResponseError

from ferryman.stores.redis.scripts import script
from ferryman.stores.redis.wire import ANSWER_TIMEOUT, Command
from tests.simulation.network import Network, Subscription

#: The database that runs have to themselves, since it is emptied after each.
DATABASE = 9

_PAUSES = {script("pause_queue").sha, script("pause_queue").text}


class Wire:
    """One blocking connection. Published signals are pushed on it too, in order, so that runs can be repeated."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._reader = hiredis.Reader()
        self.pushed: list[tuple[bytes, bytes]] = []
        self.ask([("HELLO", 3), ("SELECT", DATABASE), ("FLUSHDB",), ("PSUBSCRIBE", "*")])

    def ask(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands and return their replies; what was published meanwhile is in `pushed`."""
        # What is published by the last command comes before the answer to one behind it.
        sent: list[Any] = [tuple(command) for command in (*commands, ("ECHO", "end"))]
        self._socket.sendall(b"".join(map(hiredis.pack_command, sent)))
        replies: list[Any] = []
        while True:
            reply = self._next()
            if reply == b"end":
                return replies
            replies.append(reply)

    def _next(self) -> Any:
        while True:
            reply = self._reader.gets()
            if reply is False:
                self._reader.feed(self._socket.recv(65_536))
            elif isinstance(reply, hiredis.PushNotification):
                if reply[0] == b"pmessage":
                    self.pushed.append((reply[2], reply[3]))
            elif isinstance(reply, hiredis.ReplyError):
                text = str(reply)
                return NoScriptError(text[9:]) if text.startswith("NOSCRIPT ") else ResponseError(text)
            else:
                return reply

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


class SimulatedLink:
    """The `Link` of a store, over a network that loses and delays."""

    def __init__(self, wire: Wire, network: Network, clock: Callable[[], float]) -> None:
        self._wire = wire
        self._clock = clock
        self._network = network

    async def open(self) -> None:
        """Nothing is to be found."""

    async def send(self, key: str, commands: Sequence[Command], *, in_order: bool = False) -> list[Any]:
        """Send commands; they may be lost on the way there, or their replies on the way back."""
        weather = self._network.weather
        travels = weather.latency()
        await asyncio.sleep(min(travels, ANSWER_TIMEOUT))
        if travels > ANSWER_TIMEOUT:
            self._arrive_late(commands, travels - ANSWER_TIMEOUT)
            raise TimeoutError("no answer in time")
        if weather.down or weather.strikes(weather.request_lost, "request lost"):
            raise RedisConnectionError("the simulated network lost the request")
        replies = self._run(commands)
        if weather.strikes(weather.reply_lost, "reply lost"):
            raise RedisConnectionError("the simulated network lost the reply")
        travels = weather.latency()
        await asyncio.sleep(min(travels, ANSWER_TIMEOUT))
        if travels > ANSWER_TIMEOUT:
            raise TimeoutError("no answer in time")
        return replies

    def _run(self, commands: Sequence[Command]) -> list[Any]:
        """Have the server run commands, now."""
        replies = self._wire.ask([self._timed(command) for command in commands])
        pushed, self._wire.pushed = self._wire.pushed, []
        for channel, data in pushed:
            self._network.publish(channel, data)
        return replies

    def _arrive_late(self, commands: Sequence[Command], late: float) -> None:
        """Have commands run when nobody waits for them any more, and perhaps after what was sent later.

        Not a pause of a queue: one that was taken back and arrives after that holds, as the guarantees say.
        """
        if not _PAUSES.intersection(commands[0]):
            self._network.weather.seen["request came late"] += 1
            asyncio.get_running_loop().call_later(late, self._run, commands)

    def _timed(self, command: Command) -> Command:
        """Tell a script the time at which the server runs it, not the one at which it was sent."""
        if command[0] not in ("EVALSHA", "EVAL"):
            return command
        return (*command[:4], round(self._clock() * 1_000_000), *command[5:])

    def subscriber(self) -> Any:
        """Return a client for a subscription."""
        return Subscription(self._network)

    async def close(self) -> None:
        """The connection belongs to all."""

    def abandon(self) -> None:
        """The connection belongs to all."""

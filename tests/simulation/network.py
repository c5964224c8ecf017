"""Datagrams and published signals between simulated processes: late, sometimes lost, never doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError

from tests.simulation.weather import Weather

PONG = {"type": "pong", "channel": None, "data": b""}


class Network:
    """Ports by number, and who listens to which channel."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self._ports: dict[int, Callable[[bytes], None]] = {}
        self._last_port = 1_000
        self.subscriptions: list[Subscription] = []

    # -- datagrams, which SQLite's wake-ups travel by

    def open(self, protocol: asyncio.DatagramProtocol) -> Transport:
        """Give a protocol a port."""
        self._last_port += 1
        context, loop = copy_context(), asyncio.get_running_loop()

        def receive(data: bytes) -> None:
            loop.call_later(self.weather.latency(), protocol.datagram_received, data, ("127.0.0.1", 0), context=context)

        self._ports[self._last_port] = receive
        return Transport(self, self._last_port)

    def shut(self, port: int) -> None:
        """Close a port."""
        self._ports.pop(port, None)

    def sendto(self, data: bytes, address: tuple[str, int]) -> None:
        """Send a datagram."""
        receive = self._ports.get(address[1])
        if receive is not None and not self.weather.strikes(self.weather.signal_lost, "signal lost"):
            receive(data)

    def close(self) -> None:
        """A sender has nothing to close."""

    # -- publish and subscribe, as of Redis

    def publish(self, channel: bytes, data: bytes) -> None:
        """Deliver what the server pushed."""
        for subscription in self.subscriptions:
            if channel in subscription.channels:
                subscription.deliver({"type": "message", "channel": channel, "data": data})


class Transport:
    """A port of the simulated network."""

    def __init__(self, network: Network, port: int) -> None:
        self._network = network
        self._port = port

    def get_extra_info(self, name: str) -> tuple[str, int]:
        """Return where it is."""
        assert name == "sockname"
        return ("127.0.0.1", self._port)

    def close(self) -> None:
        """Close the port."""
        self._network.shut(self._port)


class Subscription:
    """A subscribed connection as `stores/redis/signals.py` uses it; it is its own client."""

    connection = None
    auto_close_connection_pool = False

    def __init__(self, network: Network) -> None:
        self._network = network
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._context, self._loop = copy_context(), asyncio.get_running_loop()
        self.channels: set[bytes] = set()
        self._broken = False
        network.subscriptions.append(self)

    def pubsub(self) -> Subscription:
        """Return the subscription of this client."""
        return self

    def deliver(self, message: dict[str, Any]) -> None:
        """Have a message arrive; a lost one takes the connection with it, as TCP has it."""
        weather = self._network.weather
        if weather.strikes(weather.signal_lost / 4, "subscription broken"):
            self._broken = True
            self.channels.clear()
        later = self._loop.call_later
        later(weather.latency(), self._messages.put_nowait, message, context=self._context)

    def _check(self) -> None:
        if self._broken or self._network.weather.down:
            raise RedisConnectionError("the simulated subscription is broken")

    async def subscribe(self, *names: bytes) -> None:
        """Add channels."""
        await asyncio.sleep(self._network.weather.latency())
        self._check()
        for name in names:
            self.channels.add(name)
            self.deliver({"type": "subscribe", "channel": name, "data": 1})

    async def unsubscribe(self, *names: bytes) -> None:
        """Leave channels."""
        self._check()
        self.channels -= set(names)

    async def ping(self) -> None:
        """Ask for a sign of life."""
        self._check()
        self.deliver(PONG)

    async def get_message(self, timeout: float) -> dict[str, Any] | None:
        """Return the next message, None after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                message = await self._messages.get()
        except TimeoutError:
            message = None
        self._check()
        return message

    async def aclose(self) -> None:
        """Let go."""
        if self in self._network.subscriptions:
            self._network.subscriptions.remove(self)

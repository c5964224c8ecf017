"""Connections to the servers, for each way in which they are found. redis-py makes them; nothing is repeated here."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.asyncio.connection import Connection, ConnectionPool, SSLConnection
from redis.asyncio.connection import UnixDomainSocketConnection as UnixConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from ferryman.domain.errors import StoreMisconfigured
from ferryman.stores.redis.address import Address, Kind
from ferryman.stores.redis.wire import Command, Wire, drop, pack

CONNECT_TIMEOUT = 2.0
#: Most connections of one store object to one server; further calls wait for one.
MOST_CONNECTIONS = 32


class Link(Protocol):
    """Sends commands to the server that has a key."""

    async def open(self) -> None:
        """Find the servers, where that takes a call."""

    async def send(self, key: str, commands: Sequence[Command], *, in_order: bool = False) -> list[Any]:
        """Send commands over one connection, in one go; an error reply stands in the list as an exception.

        What is sent `in_order` arrives in the order in which it was sent, as long as no connection breaks.
        """

    def subscriber(self) -> Redis:
        """Return a client for a subscription; whoever asks closes it."""

    async def close(self) -> None:
        """Close all connections."""

    def abandon(self) -> None:
        """Drop all connections without the loop that made them."""


def link_to(address: Address) -> Link:
    """Return the link for an address; raises `StoreMisconfigured` for certificates that cannot be read."""
    if address.tls:
        _check_files(address)
    if address.kind is Kind.CLUSTER:
        from ferryman.stores.redis.cluster import ClusterLink

        return ClusterLink(address)
    if address.kind is Kind.SENTINEL:
        return SentinelLink(address)
    return PoolLink(pool_of(address))


def _check_files(address: Address) -> None:
    """Read what the connections will read, so that a wrong path is not taken for a server that does not answer."""
    context, files = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), address.tls_options
    authority, certificate, key = (str(files.get(name) or "") for name in ("ca_certs", "certfile", "keyfile"))
    name = f"ca_certs={authority}"
    try:
        if authority:
            context.load_verify_locations(authority)
        name = f"certfile={certificate}" + (key and f" with keyfile={key}")
        if certificate or key:
            context.load_cert_chain(certificate, key or None)
    except OSError as error:
        raise StoreMisconfigured(f"{name} in {address.shown} cannot be used: {error}; name a PEM file") from error


def _common(address: Address) -> dict[str, Any]:
    """Return what every connection needs."""
    said: dict[str, Any] = {
        "username": address.username,
        "password": address.password,
        "protocol": 2,
        "socket_connect_timeout": CONNECT_TIMEOUT,
        # How long an answer may take is decided in wire.py.
        "socket_timeout": None,
        "socket_keepalive": True,
        "retry": Retry(NoBackoff(), 0),
    }
    if address.kind is Kind.UNIX:
        del said["socket_keepalive"], said["socket_connect_timeout"]
    return said if not address.tls else said | {f"ssl_{name}": value for name, value in address.tls_options.items()}


def pool_of(address: Address, place: tuple[str, int] | None = None) -> ConnectionPool:
    """Return a pool of connections to one server: that of the address, or the one at a place."""
    if address.kind is Kind.UNIX:
        return ConnectionPool(UnixConnection, path=address.path, db=address.db, **_common(address))
    host, port = place or address.hosts[0]
    kind = SSLConnection if address.tls else Connection
    return ConnectionPool(kind, host=host, port=port, db=address.db, **_common(address))


class PoolLink:
    """One server at a time: standalone, or the master that Sentinel names."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._free = asyncio.Semaphore(MOST_CONNECTIONS - 1)  # one is kept for what is sent in order
        self._idle: list[Wire] = []
        self._wires: set[Wire] = set()
        self._ordered: Wire | None = None
        self._ordering = asyncio.Lock()
        self._closed = False

    async def open(self) -> None:
        """Connections are made when needed."""

    async def send(self, key: str, commands: Sequence[Command], *, in_order: bool = False) -> list[Any]:
        """Send commands over a connection that is free, or behind each other over one that is kept for that."""
        packed = pack(commands)  # before a connection is taken, which what cannot be written would keep
        wire = await self._in_order() if in_order else await self._exclusive()
        return await wire.ask(packed, len(commands))

    async def _exclusive(self) -> Wire:
        await self._free.acquire()
        try:
            while self._idle:
                wire = self._idle.pop()
                if not wire.closed:
                    return wire
            return await self._make(self._given_back)
        except BaseException:
            self._free.release()
            raise

    async def _in_order(self) -> Wire:
        async with self._ordering:  # also when there is one: others may have waited for it, and go first
            if self._ordered is None or self._ordered.closed:
                self._ordered = await self._make(self._settled)
            return self._ordered

    async def _make(self, settled: Callable[[Wire], None]) -> Wire:
        if self._closed:
            raise RedisConnectionError("the connections were closed")
        self._wires = {wire for wire in self._wires if not wire.gone.is_set()}
        wire = Wire(settled)
        self._wires.add(wire)
        await wire.open(self._pool.make_connection)
        return wire

    def _given_back(self, wire: Wire) -> None:
        self._settled(wire)
        if not wire.closed:
            self._idle.append(wire)
        self._free.release()

    def _settled(self, wire: Wire) -> None:
        if wire.closed:
            wire.close()
        if wire.demoted:
            self._retire()

    def subscriber(self) -> Redis:
        """Return a client on connections of its own."""
        return Redis(connection_pool=self._pool)

    async def close(self) -> None:
        """Let what was asked be answered, then close all connections."""
        self._closed = True
        self._retire()  # all at once, so that nothing stays open although whoever closes is cancelled
        await self._pool.disconnect()
        for wire in list(self._wires):
            await wire.gone.wait()

    def _retire(self) -> None:
        """Let no connection be used again."""
        for wire in self._wires:
            wire.retire()

    def abandon(self) -> None:
        """Drop all connections."""
        for wire in self._wires:
            wire.abandon()
        _drop_pool(self._pool)


class SentinelLink(PoolLink):
    """The server that the sentinels call the master; each new connection asks them anew."""

    def __init__(self, address: Address) -> None:
        asked = {
            "socket_timeout": CONNECT_TIMEOUT,
            "socket_connect_timeout": CONNECT_TIMEOUT,
            "username": address.sentinel_username,
            "password": address.sentinel_password,
            "retry": Retry(NoBackoff(), 0),
        }
        if address.tls:
            asked |= {"ssl": True} | {f"ssl_{name}": value for name, value in address.tls_options.items()}
        self._sentinel = Sentinel(address.hosts, sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
        said = _common(address)
        master: Redis = self._sentinel.master_for(address.master, db=address.db, ssl=address.tls, **said)
        super().__init__(master.connection_pool)

    async def _make(self, settled: Callable[[Wire], None]) -> Wire:
        """Make a connection; those to the master before, which may not know yet that it is none, are not used again."""
        wire = await super()._make(settled)
        for other in self._wires:
            if other.server not in (None, wire.server):
                other.retire()
        return wire

    async def close(self) -> None:
        """Close the connections to the master and to the sentinels."""
        await super().close()
        for sentinel in self._sentinel.sentinels:
            await sentinel.aclose()

    def abandon(self) -> None:
        """Drop the connections to the master and to the sentinels."""
        super().abandon()
        for sentinel in self._sentinel.sentinels:
            _drop_pool(sentinel.connection_pool)


def _drop_pool(pool: ConnectionPool) -> None:
    """Close the sockets of a pool whose event loop is gone, so that nothing warns of them later."""
    for connection in [*pool._available_connections, *pool._in_use_connections]:
        writer, connection._writer, connection._reader = connection._writer, None, None
        if writer is not None:
            drop(writer.transport)

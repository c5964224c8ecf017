"""Connections to the servers, for each way in which they are found. redis-py keeps them; it never repeats a command."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, Connection, ConnectionPool, SSLConnection
from redis.asyncio.connection import UnixDomainSocketConnection as UnixConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

from ferryman import failpoints
from ferryman.domain.errors import StoreMisconfigured
from ferryman.stores.redis.address import Address, Kind

Command = Sequence[str | bytes | int | float]

#: A server that says nothing for this long is taken for gone, in seconds.
ANSWER_TIMEOUT = 5.0
CONNECT_TIMEOUT = 2.0
#: Most connections of one store object to one server; further calls wait for one.
MOST_CONNECTIONS = 32


class Link(Protocol):
    """Sends commands to the server that has a key."""

    async def open(self) -> None:
        """Find the servers, where that takes a call."""

    async def send(self, key: str, commands: Sequence[Command]) -> list[Any]:
        """Send commands over one connection, in one go; an error reply stands in the list as an exception."""

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
        # What waits longest for an answer is told by `ANSWER_TIMEOUT` in `_exchange`.
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
        self._free = asyncio.Semaphore(MOST_CONNECTIONS)

    async def open(self) -> None:
        """Connections are made when needed."""

    async def send(self, key: str, commands: Sequence[Command]) -> list[Any]:
        """Send commands over one connection of the pool."""
        async with self._free:
            connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
            try:
                return await _exchange(connection, commands)
            finally:
                await self._pool.release(connection)

    def subscriber(self) -> Redis:
        """Return a client on the same pool."""
        return Redis(connection_pool=self._pool)

    async def close(self) -> None:
        """Close the pool."""
        await self._pool.disconnect()

    def abandon(self) -> None:
        """Drop the connections of the pool."""
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
            _drop(writer.transport)


def _drop(transport: Any) -> None:
    """Close one of asyncio's transports without its loop; uvloop's were closed with theirs, and must not be touched."""
    inner = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None) or transport
    if (opened := getattr(inner, "_sock", None)) is None:
        return
    with contextlib.suppress(RuntimeError):  # the loop is closed: this marks the transport as closed, no more
        transport.abort()
    opened.close()
    inner._sock = None


async def _exchange(connection: AbstractConnection, commands: Sequence[Command]) -> list[Any]:
    """Send commands and read their replies; whatever goes wrong on the way closes the connection."""
    replies: list[Any] = []
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT):
            await connection.send_packed_command(connection.pack_commands(commands))
            failpoints.reached("redis.sent")
            for _ in commands:
                try:
                    replies.append(await connection.read_response())
                except ResponseError as error:
                    replies.append(error)
    except BaseException:
        # A reply that nobody read would be taken for the next command's.
        await connection.disconnect(nowait=True)
        raise
    return replies

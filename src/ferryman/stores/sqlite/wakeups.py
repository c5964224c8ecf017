"""Wakes other processes within milliseconds: signals travel as datagrams on the loopback interface.

SQLite has no notifications, and watching the file would wake everybody at every write. So whoever waits notes its UDP
port and the signals it waits for in the file, and whoever commits a transition sends a datagram to the ports that want
its signals. A datagram only says "look": a forged or lost one costs a look or a little time, never a job. As a net
under it, a waiting store looks at SQLite's change counter twice a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from ferryman.ports import Datagrams
from ferryman.store.hearing import Hearing
from ferryman.stores.sqlite.writer import Transaction

#: A listener that did not renew itself for this long is forgotten, in seconds.
LISTENER_LIFE = 180.0
#: How often the change counter is looked at while waiting, in seconds.
NET_INTERVAL = 0.5
LOOPBACK = "127.0.0.1"


class Sender:
    """Sends the signals of a committed transaction; used by the writer's thread only."""

    def __init__(self, make_socket: Callable[[], Datagrams]) -> None:
        self._make_socket = make_socket
        self._socket: Datagrams | None = None

    def open(self) -> None:
        """Make the socket."""
        self._socket = self._make_socket()

    def send(self, transaction: Transaction) -> None:
        """Tell each listener those of the signals that it wants; of others it would only have to keep the names."""
        assert self._socket is not None
        signals = json.dumps(sorted(transaction.signals))
        wanted = transaction.connection.execute(
            "SELECT port, json_group_array(signal) FROM listener"
            " WHERE signal IN (SELECT value FROM json_each(?)) GROUP BY port",
            (signals,),
        ).fetchall()
        for port, text in wanted:
            # A full buffer or a closed port: that listener is awake anyway, or gone.
            with contextlib.suppress(OSError):
                self._socket.sendto(text.encode()[:60_000], (LOOPBACK, port))

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()


class Listener(asyncio.DatagramProtocol):
    """Receives signals on one event loop."""

    def __init__(self, hearing: Hearing) -> None:
        self.port = 0
        self._hearing = hearing
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Bind a free port of the loopback interface; raises OSError when there is none."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(LOOPBACK, 0))
        self.port = self._transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Note the signals and wake whoever waits for one of them."""
        try:
            signals = json.loads(data)
            self._hearing.note(frozenset(map(str, signals)))
        except (ValueError, TypeError):
            # Cut off or not ours: let everybody look.
            self._hearing.note(None)

    def error_received(self, exc: Exception) -> None:
        """Ignore what the network says of datagrams: the net catches what is missed."""

    def close(self) -> None:
        """Let go of the port and wake whoever waits."""
        if self._transport is not None:
            self._transport.close()
        self._hearing.note(None)


def register(transaction: Transaction, port: int, signals: Sequence[str]) -> None:
    """Note in the file that `port` wants these signals."""
    transaction.connection.executemany(
        "INSERT INTO listener VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET until = ?3",
        [(signal, port, transaction.now + LISTENER_LIFE) for signal in signals],
    )


def unregister(transaction: Transaction, port: int) -> None:
    """Take `port` out of the file."""
    transaction.connection.execute("DELETE FROM listener WHERE port = ?", (port,))


def change_counter(connection: sqlite3.Connection) -> int:
    """Return SQLite's change counter as this connection sees it: it moves when another connection commits."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])

"""A real server on a free port of the loopback interface, in a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.servers.binaries import program

#: Longest a server may take to start or to stop, in seconds.
PATIENCE = 20.0
#: Keeps nothing: what a server started without settings comes to.
VOLATILE = ("--save", "", "--appendonly", "no")
#: Keeps every write but never waits for the disk: for tests that pull no plug.
RELAXED = ("--save", "", "--appendonly", "yes", "--appendfsync", "no")
#: Keeps every write at a crash of the server, and all but the last second at a power cut.
EVERYSEC = ("--save", "", "--appendonly", "yes", "--appendfsync", "everysec")


#: By port: sockets that keep it and the next one for us. They do not listen, so that a server may do so besides.
_kept: dict[int, list[socket.socket]] = {}


def free_port() -> int:
    """Return a port that nobody uses, below the range that connections take theirs from; nobody else is given it.

    Another run of the tests may look for ports at the same time, and a server that is killed comes back to its own: two
    clusters that share a port become one.
    """
    while True:
        port = 10_000 + int.from_bytes(os.urandom(2)) % 12_000
        # A cluster's server also takes the port 10,000 above, for its bus.
        sockets = [kept for number in (port, port + 10_000) if (kept := _keep(number)) is not None]
        if len(sockets) == 2:
            _kept[port] = sockets
            return port
        for unneeded in sockets:
            unneeded.close()


def _keep(port: int) -> socket.socket | None:
    """Bind a port, unless somebody has it; whoever binds it afterwards must be ready to share, as servers are."""
    kept = socket.socket()
    try:
        kept.bind(("127.0.0.1", port))
    except OSError:
        kept.close()
        return None
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return kept


class RedisServer:
    """One server process; `settings` are as on the server's command line."""

    def __init__(self, folder: Path, kind: str = "redis-7.0", settings: Sequence[str] = RELAXED) -> None:
        self.folder = folder
        self.kind = kind
        self.port = free_port()
        self.settings = tuple(settings)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The store's URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The number of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def program(self) -> Path:
        """The server's program."""
        return program(self.kind)

    def command(self) -> list[str]:
        """Return what starts it."""
        place = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return [str(self.program), *place, *self.settings]

    def start(self) -> Self:
        """Start, and return once it answers."""
        self.spawn()
        self.until_it_answers()
        return self

    def spawn(self) -> None:
        """Start, without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log)

    def until_it_answers(self) -> None:
        """Wait until it has read its data and takes commands."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if self.ask("PING") in ("+PONG", "-NOAUTH Authentication required."):
                    return
            except OSError:
                pass
            assert self._process is not None
            ended = self._process.poll()
            assert ended is None, f"the server ended with {ended}: {(self.folder / 'log').read_text()[-2_000:]}"
            assert time.monotonic() < deadline, "the server does not start"
            threading.Event().wait(0.02)

    def ask(self, *words: str) -> str:
        """Send one command and return its reply as it came, without the end of its last line."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            encoded = [word.encode(errors="surrogateescape") for word in words]
            parts = [b"*%d\r\n" % len(words), *[b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded]]
            connection.sendall(b"".join(parts))
            reply = connection.recv(65_536)
            while not reply.endswith(b"\r\n"):
                reply += connection.recv(65_536)
            return reply.decode(errors="surrogateescape").removesuffix("\r\n")

    def kill(self) -> None:
        """Kill it without warning, and return once it is gone."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        """Stop it, whatever it does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait(PATIENCE)
        for kept in _kept.pop(self.port, []):
            kept.close()

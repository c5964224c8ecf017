"""Processes that do not outlive the one that started them, however that ends."""

from __future__ import annotations

import ctypes
import signal
import subprocess

from tests.servers.redis_server import RedisServer

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
_libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    """Have the system kill this process when its parent is gone, or this thread of it; Linux only."""
    _libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)


class MortalRedis(RedisServer):
    """A server that dies with whoever started it."""

    def spawn(self) -> None:
        """Start, without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # no other thread runs yet
            )

"""Servers that tests of one process share, started when first asked for and stopped with the process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.servers.redis_server import RedisServer


@cache
def running(kind: str) -> RedisServer:
    """Return the running server of a kind."""
    server = RedisServer(_folder() / kind, kind).start()
    atexit.register(server.stop)
    return server


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ferryman-servers-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder

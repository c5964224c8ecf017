"""Trouble: the times in which a fault excuses a caller's error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

#: A fault echoes for this long: a backlog is worked off, a lease runs out.
ECHO = 15.0


class Trouble:
    """Knows whether a fault is under way, and when the last one ended."""

    def __init__(self) -> None:
        self.name = ""
        self._under_way = 0
        self._over = 0.0

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """The body is a fault."""
        self.name = name
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._over = time.monotonic()

    def excuses(self, begun: float, echo: float = 0.0) -> bool:
        """Whether a request that began then may fail now; `echo` is how long after a fault one may still begin."""
        return self._under_way > 0 or begun <= self._over + echo

"""Which functions a job calls, and how often: what to look at when it takes more instructions than before."""

from __future__ import annotations

import cProfile
import pstats
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.budget import subjects
from tests.servers.redis_server import VOLATILE, RedisServer


def calls(name: str) -> Iterator[tuple[float, str]]:
    """Give each function that a subject calls for its jobs, with how often for a job, from the most frequent on."""
    with tempfile.TemporaryDirectory(prefix="ferryman-budget-") as folder:
        server = RedisServer(Path(folder), settings=VOLATILE).start()
        try:
            act = subjects.subjects(server.url)[name]
            _profile(act, 100)
            once, twice = _profile(act, subjects.COUNT), _profile(act, 2 * subjects.COUNT)
        finally:
            server.stop()
    each = {place: (count - once.get(place, 0)) / subjects.COUNT for place, count in twice.items()}
    for place, count in sorted(each.items(), key=lambda pair: -pair[1]):
        if count >= 0.01:
            yield count, place


def _profile(act: subjects.Act, count: int) -> dict[str, int]:
    """Return how often each function was called."""
    profile = cProfile.Profile()
    profile.runcall(subjects.do, act, count)
    return {
        f"{file}:{line}:{function}" if line else function: times
        for (file, line, function), (_, times, *_) in pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]
    }

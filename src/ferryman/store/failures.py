"""Failed jobs by their cause: the task, the type of the error, and where in the user's own code it was raised."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

#: Groups that a store keeps, in each of its partitions: the one that failed longest ago makes room, and its jobs are
#: then in no group.
MOST_GROUPS = 10_000
#: Most groups in one answer.
MOST_LISTED = 200
#: Hours for which a group tells how many jobs failed.
HOURS = 24
#: Bytes kept of a message, as UTF-8.
LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """The failed jobs of one cause that are kept now, `jobs` of them; times are seconds since the epoch.

    `message` is that of the last one. `hours` are the failures in each of the last 24 hours, the running one last;
    those of jobs that were retried or deleted since are counted in it.
    """

    id: str
    task: str
    type: str
    frame: str
    message: str
    jobs: int
    first_at: float
    last_at: float
    hours: tuple[int, ...]


class Cause(NamedTuple):
    """What makes failed jobs a group."""

    task: str
    type: str
    frame: str

    @classmethod
    def of(cls, task: str, error: str | None) -> tuple[Self, str]:
        """Read the cause, and the message, from an error as JSON text; what it does not say is empty."""
        try:
            said = json.loads(error or "{}")
        except ValueError:
            said = {}
        kind, frame, message = (_text(said, name) for name in ("type", "frame", "message"))
        return cls(task, kind, frame), shortened(message)

    @property
    def id(self) -> str:
        """The id of the group: 16 hexadecimal digits, the same in every store."""
        return hashlib.sha1("\n".join(self).encode(), usedforsecurity=False).hexdigest()[:16]


def _text(said: Any, name: str) -> str:
    value = said.get(name) if isinstance(said, dict) else None
    return value if isinstance(value, str) else ""


def shortened(message: str) -> str:
    """Return as much of a message as a group keeps."""
    raw = message.encode()
    if len(raw) <= LONGEST_MESSAGE:
        return message
    return raw[:LONGEST_MESSAGE].decode(errors="ignore") + "..."


def hour_of(moment: float) -> int:
    """Return the number of an hour since the epoch."""
    return int(moment // 3_600)


def by_hour(counts: Mapping[int, int], now: float) -> tuple[int, ...]:
    """Return counts by the number of their hour as those of the last 24, the oldest first."""
    last = hour_of(now)
    return tuple(counts.get(hour, 0) for hour in range(last - HOURS + 1, last + 1))

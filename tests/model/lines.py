"""Topologies whose jobs are spread over many lines: there order is kept within each of them, and the clock ticks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import overload

from ferryman.domain.job import Job
from ferryman.store.messages import FeedEntry
from ferryman.stores.redis.places import place_of
from tests.conformance.topologies import MANY_LINES
from tests.model.look import Seen

#: Lines of a topology that has many.
MANY = 8
#: All that a test does takes place at multiples of this, in seconds; a clock that ticks comes less far in an example.
GRID = 0.25


def lines_of(topology: str) -> int:
    """Return the number of lines of a topology."""
    return MANY if topology in MANY_LINES else 1


def by_line(jobs: Iterable[Job], lines: int) -> Iterator[Sequence[Job]]:
    """Part jobs by the line that they are in, and keep their order."""
    parts: dict[int, list[Job]] = {}
    for job in jobs:
        parts.setdefault(place_of(job.id, lines), []).append(job)
    yield from parts.values()


def at_rest(seen: Seen) -> Seen:
    """Return what a store showed as if its clock had not ticked."""
    return seen._replace(
        jobs={identifier: _job_at_rest(job) for identifier, job in seen.jobs.items()},
        queues={name: replace(row, paused_at=moment(row.paused_at)) for name, row in seen.queues.items()},
        workers={name: replace(row, seen_at=moment(row.seen_at)) for name, row in seen.workers.items()},
    )


def feed_at_rest(feed: Sequence[FeedEntry]) -> list[FeedEntry]:
    """Return the live output of a job as if the clock had not ticked."""
    return [entry._replace(at=moment(entry.at)) for entry in feed]


@overload
def moment(at: float) -> float: ...
@overload
def moment(at: None) -> None: ...
def moment(at: float | None) -> float | None:
    """Return the time without its ticks."""
    return None if at is None else round(at / GRID) * GRID


def _job_at_rest(job: Job) -> Job:
    return replace(
        job,
        run_at=moment(job.run_at),
        started_at=moment(job.started_at),
        finished_at=moment(job.finished_at),
        lease_until=moment(job.lease_until),
        attempts=tuple(
            replace(attempt, started_at=moment(attempt.started_at), finished_at=moment(attempt.finished_at))
            for attempt in job.attempts or ()
        ),
    )

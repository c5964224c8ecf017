"""Lists of jobs by keyset: each partition gives its first, and the first of those make the page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ferryman.domain.errors import InvalidOption
from ferryman.domain.job import Job
from ferryman.store.error_text import folded
from ferryman.store.query import LARGEST_PAGE, MOST_LOOKED_AT, Counted, JobFilter, Page, PageRequest
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.rows import id_text, job_of

#: Jobs that are looked at in one call, during which a server does nothing else; a page ends there, and its cursor goes
#: on. Where only ids are compared each look takes a part of the time.
MOST_SCANNED, MOST_IDS = 2_000, 3_000
#: The fewest in each partition, which share the bound: enough for a page that is found without looking.
FEWEST = LARGEST_PAGE + 1
#: A job whose id has a time in it was submitted at most so many seconds before and after it: clocks differ, and ids
#: are made before their jobs are sent.
BEFORE, AFTER = 5.0, 15.0

_CURSOR = re.compile(r"s([0-9]{1,18})(?:-([0-9]{1,4}))?", re.ASCII)
#: Hexadecimal digits of an id that are the time it was made, in milliseconds.
_TIME_DIGITS = 12


class _Spot(NamedTuple):
    """Where a job stands in the order of submission; of two at the same microsecond the partition decides."""

    seq: int
    partition: int


class _Found(NamedTuple):
    spot: _Spot
    job: Job


class _Step(NamedTuple):
    """What one call to each partition found, how many jobs it looked at, and how far it came; None for the end."""

    found: list[_Found]
    looked: int
    reached: _Spot | None


@dataclass(frozen=True, slots=True)
class _Question:
    """A filter as find_jobs.lua reads it, and between which seq its jobs are: `low` included, `high` not."""

    values: Sequence[Value]
    low: int | None
    high: int | None
    at_once: int

    @classmethod
    def of(cls, where: JobFilter, partitions: int) -> _Question:
        beginning = where.beginning
        low, high = _microseconds(where.after), _microseconds(where.before)
        if beginning:
            first, last = _times(beginning)
            low = max(low or 0, _microseconds(first - BEFORE) or 0)
            high = min(high or 1 << 60, _microseconds(last + AFTER) or 0)
        ids = [] if beginning else [bytes.fromhex(digits) for digits in where.ids]
        keys = [f"{task}\n{key}" for task in where.tasks for key in where.keys]
        tag = "" if ids or keys or beginning or where.failures or not where.tags else where.tags[0]
        sets = [_set(where.states), _set(where.queues), _set(where.tasks), _set([t for t in where.tags if t != tag])]
        values: list[Value] = [value for one in sets for value in one]
        values += (tag, *_set(where.workers), folded(where.error), bytes.fromhex(beginning[: len(beginning) & ~1]))
        values += (int(beginning[-1], 16) if len(beginning) % 2 else -1, *_set(where.failures), *_set(ids), *_set(keys))
        looks_at_ids = where == JobFilter(ids=where.ids, before=where.before, after=where.after)
        most = MOST_IDS if looks_at_ids else MOST_SCANNED
        return cls(values, low, high, max(most // partitions, FEWEST))

    def edges(self, spot: _Spot | None, partition: int, oldest_first: bool) -> tuple[str, str]:
        """Return the edges, as Redis writes them, of what a partition has behind a spot."""
        low = "-inf" if self.low is None else str(self.low)
        high = "+inf" if self.high is None else f"({self.high}"
        if spot is None:
            return low, high
        if oldest_first:
            return (str(spot.seq) if partition > spot.partition else f"({spot.seq}"), high
        return low, (str(spot.seq) if partition < spot.partition else f"({spot.seq}")


def _times(beginning: str) -> tuple[float, float]:
    """Return the earliest and the latest time of ids with a beginning, in seconds since the epoch."""
    first, last = (int(beginning[:_TIME_DIGITS].ljust(_TIME_DIGITS, digit), 16) / 1_000 for digit in "0f")
    return first, last


def _microseconds(moment: float | None) -> int | None:
    return None if moment is None else max(0, round(moment * 1e6))


def _set(values: Sequence[Value]) -> list[Value]:
    return [len(values), *values]


async def find(calls: Calls, where: JobFilter, page: PageRequest) -> Page:
    """Return one page; raises `InvalidOption` for a cursor that is none."""
    question = _Question.of(where, calls.partitions)
    step = await _step(calls, question, page.limit + 1, page.oldest_first, _spot(page.cursor))
    kept = step.found[: page.limit]
    full = len(step.found) > page.limit
    spot = kept[-1].spot if full else step.reached
    cursor = None if spot is None else f"s{spot.seq}-{spot.partition}"
    complete = full or spot is None
    return Page([one.job for one in kept], cursor, step.looked if where.scanned else 0, complete)


async def _step(calls: Calls, question: _Question, count: int, oldest_first: bool, spot: _Spot | None) -> _Step:
    """Ask every partition for the first jobs behind a spot."""

    async def ask(partition: int) -> Any:
        edges = question.edges(spot, partition, oldest_first)
        return await calls.run(
            "find_jobs", partition, count, question.at_once, 1, int(oldest_first), *edges, *question.values
        )

    answers = await asyncio.gather(*map(ask, range(calls.partitions)))
    found = [_found(row, partition) for partition, answer in enumerate(answers) for row in answer[3] if row[2]]
    stops = [_Spot(int(answer[2]), partition) for partition, answer in enumerate(answers) if answer[2]]
    # What lies behind the first of the stops is not known yet of every partition.
    reached = (min if oldest_first else max)(stops, default=None)
    if reached is not None:
        found = [one for one in found if (one.spot <= reached if oldest_first else one.spot >= reached)]
    found.sort(key=lambda one: one.spot, reverse=not oldest_first)
    return _Step(found, sum(answer[1] for answer in answers), reached)


def _found(row: Sequence[Any], partition: int) -> _Found:
    seq, identifier, parts = row
    return _Found(_Spot(int(seq), partition), job_of(id_text(identifier), parts))


async def count(calls: Calls, where: JobFilter) -> Counted:
    """Count by looking, up to a bound that the partitions share."""
    question = _Question.of(where, calls.partitions)
    # What takes longest is counted as far as one page looks.
    one_call = where.error or where.beginning
    budget = question.at_once if one_call else MOST_LOOKED_AT // calls.partitions + 1

    async def count_in(partition: int) -> tuple[int, bool]:
        jobs = looked = 0
        spot = None
        while looked < budget:
            at_once = min(question.at_once, budget - looked)
            edges = question.edges(spot, partition, False)
            found, seen, reached, _ = await calls.run(
                "find_jobs", partition, at_once, at_once, 0, 0, *edges, *question.values
            )
            jobs, looked = jobs + found, looked + seen
            if not reached:
                return jobs, True
            spot = _Spot(int(reached), partition)
        return jobs, False

    counted = await asyncio.gather(*map(count_in, range(calls.partitions)))
    return Counted(sum(jobs for jobs, _ in counted), all(whole for _, whole in counted))


def _spot(cursor: str | None) -> _Spot | None:
    if cursor is None:
        return None
    match = _CURSOR.fullmatch(cursor)
    if not match:
        raise InvalidOption("cursor", f"{cursor!r:.60} is no cursor of this list: leave it out to start anew")
    return _Spot(int(match[1]), int(match[2] or 0))

"""Groups of failed jobs, as the transitions keep them (`scripts/parts/failures.lua`), merged over the partitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ferryman.store.failures import FailureGroup, by_hour
from ferryman.stores.redis.calls import Calls


class _Part(NamedTuple):
    """A group as a partition knows it, and its failures by the number of their hour."""

    group: FailureGroup
    hours: Counter[int]


async def failures(calls: Calls, task: str | None, most: int) -> list[FailureGroup]:
    """Return the groups that failed last."""
    answers = await calls.everywhere("list_failures", most, task or "")
    latest = _latest(_merged(answers), most)
    if calls.partitions > 1 and latest:
        # A partition where one of them failed earlier told of others instead.
        latest = _merged(await calls.everywhere("list_failures", most, "", *(group.id for group in latest)))
    return _latest(latest, most)


def _latest(groups: Iterable[FailureGroup], most: int) -> list[FailureGroup]:
    return sorted(groups, key=lambda group: (-group.last_at, group.id))[:most]


def _merged(answers: Sequence[Any]) -> list[FailureGroup]:
    """Make groups of the answers of the partitions; the time is the latest of the servers."""
    now = max(int(answer[0]) for answer in answers) / 1_000
    merged: dict[str, _Part] = {}
    for _, rows in answers:
        for row in rows:
            part = _part(row)
            known = merged.get(part.group.id)
            merged[part.group.id] = part if known is None else _added(known, part)
    return [replace(part.group, hours=by_hour(part.hours, now)) for part in merged.values()]


def _added(one: _Part, other: _Part) -> _Part:
    last = max(one.group, other.group, key=lambda group: group.last_at)
    jobs, first_at = one.group.jobs + other.group.jobs, min(one.group.first_at, other.group.first_at)
    return _Part(replace(last, jobs=jobs, first_at=first_at), one.hours + other.hours)


def _part(row: Sequence[Any]) -> _Part:
    identifier, jobs, flat = row
    said = {name.decode(): value.decode(errors="replace") for name, value in zip(flat[::2], flat[1::2], strict=True)}
    first_at, last_at = int(said["first"]) / 1_000, int(said["last"]) / 1_000
    texts = (said["task"], said["type"], said["frame"], said["message"])
    hours = [value.split() for name, value in said.items() if name.isdigit()]
    group = FailureGroup(identifier.decode(), *texts, jobs, first_at, last_at, ())
    return _Part(group, Counter({int(hour): int(count) for hour, count in hours}))

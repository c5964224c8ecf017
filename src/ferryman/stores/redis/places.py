"""Which partition a job lives in: its id says so, so that finding a job takes no look-up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from ferryman.stores.redis.rows import id_bytes

T = TypeVar("T")

#: The partition of what belongs to no job: workers, commands.
HOME = 0


def place_of(job_id: str, partitions: int) -> int:
    """Return the number of the partition of a job.

    It is read from the 16 bits that `with_place` writes and from no other: those come from chance.
    """
    return 0 if partitions == 1 else int.from_bytes(id_bytes(job_id)[-2:]) % partitions


async def spread(
    job_ids: Sequence[str],
    partitions: int,
    ask: Callable[[int, Sequence[int]], Awaitable[Iterable[T]]],
    always: Sequence[int] = (),
) -> list[T]:
    """Ask each partition about its jobs, all at once, and return the answers in the order of the ids.

    `ask` is given the number of a partition and the positions of its jobs among `job_ids`, and returns an answer for
    each. The partitions in `always` are asked although none of the jobs is theirs.
    """
    if partitions == 1 and (job_ids or always):
        return [answer for _, answer in zip(job_ids, await ask(0, range(len(job_ids))), strict=True)]
    groups: dict[int, list[int]] = {partition: [] for partition in always}
    for position, job_id in enumerate(job_ids):
        groups.setdefault(place_of(job_id, partitions), []).append(position)
    parts = await asyncio.gather(*[ask(partition, positions) for partition, positions in groups.items()])
    answers: dict[int, T] = {}
    for positions, part in zip(groups.values(), parts, strict=True):
        answers.update(zip(positions, part, strict=True))
    return [answers[position] for position in range(len(job_ids))]

"""What follows from counts and workers together."""

from __future__ import annotations

from collections.abc import Iterable

from ferryman.domain.state import State
from ferryman.store.messages import Count, WorkerRow


def unserved(counts: Iterable[Count], workers: Iterable[WorkerRow]) -> list[Count]:
    """Return the counts of pending jobs that no live worker can run: nobody serves the queue, or knows the task."""
    alive = [row.info for row in workers if row.alive]
    return [
        count
        for count in counts
        if count.state is State.PENDING
        and not any(count.task in info.tasks and (not info.queues or count.queue in info.queues) for info in alive)
    ]

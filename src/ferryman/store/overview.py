"""What follows from counts and workers together."""

from __future__ import annotations

from collections.abc import Iterable

from ferryman.domain.state import State
from ferryman.store.messages import Count, WorkerInfo, WorkerRow
from ferryman.store.query import Counted, JobFilter


def serves(worker: WorkerInfo, queue: str, task: str | None = None) -> bool:
    """Whether a worker takes jobs from a queue (a worker without queues serves every one), and knows a task."""
    return (not worker.queues or queue in worker.queues) and (task is None or task in worker.tasks)


def counted(counts: Iterable[Count], where: JobFilter) -> Counted:
    """Return how many jobs a filter of nothing but states, queues and tasks finds."""
    jobs = sum(
        count.jobs
        for count in counts
        if (not where.states or count.state in where.states)
        and (not where.queues or count.queue in where.queues)
        and (not where.tasks or count.task in where.tasks)
    )
    return Counted(jobs, True)


def unserved(counts: Iterable[Count], workers: Iterable[WorkerRow]) -> list[Count]:
    """Return the counts of pending jobs that no live worker can run: nobody serves the queue, or knows the task."""
    alive = [row.info for row in workers if row.alive]
    return [
        count
        for count in counts
        if count.state is State.PENDING and not any(serves(info, count.queue, count.task) for info in alive)
    ]

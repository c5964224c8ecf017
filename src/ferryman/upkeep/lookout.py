"""Lookout: notices jobs that nobody will ever run, because no running worker of their queue knows their task.

Usually the worker was started with older code, or with another app than the one that submits.
"""

from __future__ import annotations

from collections.abc import Collection

from ferryman.domain.state import State
from ferryman.service import Service, Surroundings
from ferryman.store.messages import WorkerInfo
from ferryman.store.protocol import Inspector
from ferryman.telemetry.events import TasksUnknown

#: Seconds between two looks.
INTERVAL = 10.0


class Lookout:
    """Looks now and then at the queues that this worker serves; tells of each task once."""

    def __init__(
        self, inspector: Inspector, queues: Collection[str], tasks: Collection[str], around: Surroundings
    ) -> None:
        self._inspector = inspector
        self._queues = frozenset(queues)
        self._tasks = frozenset(tasks)
        self._around = around
        self._told: set[str] = set()
        self.service = Service("lookout", self._tick, around)

    async def _tick(self) -> float:
        counts = await self._inspector.counts()
        waiting = {
            (count.queue, count.task): count.jobs
            for count in counts
            if count.state is State.PENDING
            and count.task not in self._tasks
            and count.task not in self._told
            and (not self._queues or count.queue in self._queues)
        }
        if waiting:
            alive = [row.info for row in await self._inspector.workers() if row.alive]
            unserved = {place: jobs for place, jobs in waiting.items() if not _served(place, alive)}
            self._tell(unserved)
        return INTERVAL

    def _tell(self, unserved: dict[tuple[str, str], int]) -> None:
        for task in sorted({task for _, task in unserved}):
            self._told.add(task)
            queues = tuple(sorted(queue for queue, name in unserved if name == task))
            jobs = sum(count for (_, name), count in unserved.items() if name == task)
            self._around.emit(TasksUnknown(task, queues, jobs))


def _served(place: tuple[str, str], workers: list[WorkerInfo]) -> bool:
    queue, task = place
    return any(task in worker.tasks and (not worker.queues or queue in worker.queues) for worker in workers)

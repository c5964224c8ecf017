"""What people ask of the store in a dictionary, as far as a worker's own loops do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ferryman.domain.job import Job
from ferryman.domain.state import Operation, State
from ferryman.store.failures import MOST_LISTED, FailureGroup
from ferryman.store.history import History, HistoryRequest
from ferryman.store.messages import Changed, Command, Count, Health, QueueRow, WorkerInfo, WorkerRow
from ferryman.store.query import Counted, Include, JobFilter, Page, PageRequest
from ferryman.store.signals import worker_signal
from tests.unit.fakes.virtual_time import now


class MemoryInspector:
    """The `Inspector` of `store/protocol.py`; what nobody there asks raises."""

    def __init__(
        self,
        lanes: Callable[[], list[tuple[str, str, State]]],
        announced: dict[str, WorkerInfo],
        commands: dict[str, Command | None],
        signal: Callable[[str], None],
    ) -> None:
        self._lanes = lanes
        self._announced = announced
        self._commands = commands
        self._signal = signal

    async def counts(self) -> list[Count]:
        keys = self._lanes()
        return [Count(*key, keys.count(key)) for key in dict.fromkeys(keys)]

    async def workers(self) -> list[WorkerRow]:
        return [WorkerRow(info, now(), True) for info in self._announced.values()]

    async def command(self, worker: str, command: Command | None) -> bool:
        self._commands[worker] = command
        self._signal(worker_signal(worker))
        return True

    async def get(self, ids: Sequence[str], include: frozenset[Include] = frozenset()) -> list[Job | None]:
        raise NotImplementedError

    async def find(self, where: JobFilter, page: PageRequest) -> Page:
        raise NotImplementedError

    async def count(self, where: JobFilter) -> Counted:
        raise NotImplementedError

    async def queues(self) -> list[QueueRow]:
        raise NotImplementedError

    async def ahead(self, job_id: str) -> Counted | None:
        raise NotImplementedError

    async def act(self, operation: Operation, ids: Sequence[str]) -> list[Changed]:
        raise NotImplementedError

    async def pause(self, queue: str, paused: bool, by: str = "") -> None:
        raise NotImplementedError

    async def history(self, request: HistoryRequest) -> History:
        raise NotImplementedError

    async def failures(self, task: str | None = None, most: int = MOST_LISTED) -> list[FailureGroup]:
        raise NotImplementedError

    async def health(self) -> Health:
        raise NotImplementedError

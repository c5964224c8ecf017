"""What people ask and do, on Redis."""

from __future__ import annotations

from collections.abc import Sequence

from ferryman.domain.errors import InvalidOption
from ferryman.domain.job import Job
from ferryman.domain.options import valid_name
from ferryman.domain.state import Operation, State, sources
from ferryman.store.failures import MOST_LISTED, FailureGroup
from ferryman.store.history import History, HistoryRequest
from ferryman.store.messages import ACTIONS, MOST_AHEAD, Changed, Command, Count, Health, QueueRow, WorkerRow
from ferryman.store.overview import counted
from ferryman.store.query import Counted, Include, JobFilter, Page, PageRequest
from ferryman.stores.redis import listing
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.causes import failures
from ferryman.stores.redis.chronicle import history
from ferryman.stores.redis.places import HOME, place_of, spread
from ferryman.stores.redis.rows import PARTS, id_bytes, job_of, milliseconds, worker_of
from ferryman.stores.redis.server import read_health

#: A worker that was silent for this long, in seconds, is forgotten; until then it is shown as dead.
WORKER_KEPT = 3_600.0
#: Most ids in one call of a script.
MOST_AT_ONCE = 200
#: The columns of count_jobs.lua.
_STATES = (
    State.SCHEDULED,
    State.BLOCKED,
    State.PENDING,
    State.PROCESSING,
    State.COMPLETED,
    State.FAILED,
    State.CANCELLED,
)


class RedisInspector:
    """The `Inspector` of `store/protocol.py`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def get(self, ids: Sequence[str], include: frozenset[Include] = frozenset()) -> list[Job | None]:
        """Return the job of each id, None for those that do not exist."""
        asked = [int(part in include) for part in PARTS]

        async def get_in(partition: int, positions: Sequence[int]) -> list[Job | None]:
            jobs: list[Job | None] = []
            for start in range(0, len(positions), MOST_AT_ONCE):
                part = [ids[position] for position in positions[start : start + MOST_AT_ONCE]]
                values: list[Value] = [*asked, *map(id_bytes, part)]
                for identifier, row in zip(part, await self._calls.run("get_jobs", partition, *values), strict=True):
                    jobs.append(job_of(identifier, row, include) if row else None)
            return jobs

        return await spread(ids, self._calls.partitions, get_in)

    async def find(self, where: JobFilter, page: PageRequest) -> Page:
        """List jobs by keyset."""
        return await listing.find(self._calls, where, page)

    async def count(self, where: JobFilter) -> Counted:
        """Count from the sizes of the indexes, or by looking."""
        return counted(await self.counts(), where) if where.counted else await listing.count(self._calls, where)

    async def counts(self) -> list[Count]:
        """Return the sizes of the indexes."""
        totals: dict[tuple[str, str, State], int] = {}
        for rows in await self._calls.everywhere("count_jobs"):
            for lane, *numbers, _ in rows:
                queue, task = lane.decode().split(" ")
                for state, number in zip(_STATES, numbers, strict=True):
                    if number:
                        totals[queue, task, state] = totals.get((queue, task, state), 0) + number
        return [Count(*place, number) for place, number in sorted(totals.items())]

    async def queues(self) -> list[QueueRow]:
        """Return every queue with its counts."""
        counts: dict[str, dict[State, int]] = {}
        oldest: dict[str, float] = {}
        for rows in await self._calls.everywhere("count_jobs"):
            for lane, *numbers, first in rows:
                queue = lane.decode().partition(" ")[0]
                sums = counts.setdefault(queue, {})
                for state, number in zip(_STATES, numbers, strict=True):
                    if number:
                        sums[state] = sums.get(state, 0) + number
                if first:
                    oldest[queue] = min(oldest.get(queue, float("inf")), int(first) / 1e6)
        flat = await self._calls.run("list_queues", HOME)
        paused = {name.decode(): since.decode() for name, since in zip(flat[::2], flat[1::2], strict=True)}
        return [
            _queue(name, paused.get(name), counts.get(name, {}), oldest.get(name))
            for name in sorted(counts.keys() | paused.keys())
        ]

    async def ahead(self, job_id: str) -> Counted | None:
        """Count in the lines of every partition: places are times, so they compare over all of them."""
        stands = await self._calls.run("place_in_line", place_of(job_id, self._calls.partitions), id_bytes(job_id))
        if stands is None:
            return None
        counted = await self._calls.everywhere("count_ahead", *stands, MOST_AHEAD)
        return Counted.up_to(MOST_AHEAD, sum(jobs for jobs, _ in counted), all(whole for _, whole in counted))

    async def workers(self) -> list[WorkerRow]:
        """Return the workers that announced themselves within the last hour, the latest first."""
        now, rows = await self._calls.run("list_workers", HOME, milliseconds(WORKER_KEPT))
        return [worker_of(row, int(now) / 1_000) for row in rows]

    async def history(self, request: HistoryRequest) -> History:
        """Return what happened, in all partitions."""
        return await history(self._calls, request)

    async def failures(self, task: str | None = None, most: int = MOST_LISTED) -> list[FailureGroup]:
        """Return the groups of failed jobs, of all partitions."""
        return await failures(self._calls, task, most)

    async def act(self, operation: Operation, ids: Sequence[str]) -> list[Changed]:
        """Cancel, retry, run now or delete."""
        if operation not in ACTIONS:
            raise InvalidOption("operation", f"{operation!r} is no action: {', '.join(ACTIONS)}")
        allowed = sorted(sources(operation))

        async def act_in(partition: int, positions: Sequence[int]) -> list[Changed]:
            changed: list[Changed] = []
            for start in range(0, len(positions), MOST_AT_ONCE):
                part = [ids[position] for position in positions[start : start + MOST_AT_ONCE]]
                request = self._calls.ports.bits(63)
                values = (request, operation.value, len(allowed), *allowed, *map(id_bytes, part))
                for identifier, (done, state) in zip(
                    part, await self._calls.run("act", partition, *values), strict=True
                ):
                    changed.append(Changed(identifier, bool(done), State(state.decode()) if state else None))
            return changed

        return await spread(ids, self._calls.partitions, act_in)

    async def pause(self, queue: str, paused: bool, by: str = "") -> None:
        """Pause or resume a queue in every partition; pausing a paused one keeps who paused it first."""
        valid_name(queue, "queue")
        await self._calls.everywhere("pause_queue", queue, int(paused), by)

    async def command(self, worker: str, command: Command | None) -> bool:
        """Leave a command for a worker."""
        return bool(await self._calls.run("command_worker", HOME, worker, command.value if command else ""))

    async def health(self) -> Health:
        """Ask the servers how they are."""
        return await read_health(self._calls)


def _queue(name: str, paused: str | None, counts: dict[State, int], oldest: float | None) -> QueueRow:
    if paused is None:
        return QueueRow(name, counts=counts, oldest_pending_at=oldest)
    since, _, by = paused.partition(" ")
    return QueueRow(name, True, int(since) / 1_000, by, counts, oldest)

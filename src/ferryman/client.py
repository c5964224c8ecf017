"""Submits jobs and waits for their ends: concurrent callers share one store call."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from ferryman import failpoints
from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.job import Job, NewJob
from ferryman.following import Following
from ferryman.store.messages import Submitted
from ferryman.store.protocol import Store

#: Most jobs in one store call: a bulk submit is cut into pieces so that nobody else waits long behind it.
LARGEST_CALL = 1_000
#: Store calls under way at once: one is written while the store works on the other.
MOST_CALLS = 2
#: So many waiting jobs are worth a second call; fewer wait for the first one's answer, and share its successor.
WORTH_A_CALL = 32

_Batch = list[tuple[Sequence[NewJob], asyncio.Future[list[Submitted]]]]


class Client:
    """The submitting side of one store, on one event loop."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.following = Following(store)
        self._waiting: deque[tuple[Sequence[NewJob], asyncio.Future[list[Submitted]]]] = deque()
        self._jobs_waiting = 0
        self._calls = 0
        self._no_calls = asyncio.Event()
        self._no_calls.set()
        self._sending: set[asyncio.Task[None]] = set()

    async def submit(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        """Store jobs; whatever is submitted while store calls are under way leaves together in the next one.

        Up to 1,000 jobs are stored all or none; more go in pieces of 1,000. A caller that is
        cancelled does not learn whether its jobs are stored. Raises `StoreUnavailable` when the store gave no answer.
        Submitting the same jobs (the same ids) again is safe in both cases. A job with a key or a request is stored
        under an id of its own place.
        """
        if len(jobs) <= LARGEST_CALL:
            placed = [job.placed() for job in jobs]
            # With nobody to share with, without a task to share: most of a lonely submit's own cost.
            return await (self._line_up(placed) if self._calls else self._send_alone(placed))
        answers: list[Submitted] = []
        pieces: deque[asyncio.Future[list[Submitted]]] = deque()
        try:
            for start in range(0, len(jobs), LARGEST_CALL):
                # One piece ahead of the answer: it is written while the store works on the one before.
                if len(pieces) == MOST_CALLS:
                    answers += await pieces.popleft()
                pieces.append(self._line_up([job.placed() for job in jobs[start : start + LARGEST_CALL]]))
            while pieces:
                answers += await pieces.popleft()
        finally:
            for piece in pieces:
                piece.cancel()  # after a failure nobody is there to hear of the other
        return answers

    def _line_up(self, jobs: Sequence[NewJob]) -> asyncio.Future[list[Submitted]]:
        """Have jobs sent with the next store call."""
        future: asyncio.Future[list[Submitted]] = asyncio.get_running_loop().create_future()
        self._waiting.append((jobs, future))
        self._jobs_waiting += len(jobs)
        if not self._calls or (self._calls < MOST_CALLS and self._jobs_waiting >= WORTH_A_CALL):
            self._start_call()
        return future

    def _start_call(self) -> None:
        batch: _Batch = []
        size = 0
        while self._waiting and (not batch or size + len(self._waiting[0][0]) <= LARGEST_CALL):
            batch.append(self._waiting.popleft())
            size += len(batch[-1][0])
        self._jobs_waiting -= size
        self._begin()
        sending = asyncio.create_task(self._send(batch), name="ferryman-submit")
        self._sending.add(sending)
        sending.add_done_callback(self._sent)

    def _sent(self, sending: asyncio.Task[None]) -> None:
        self._sending.discard(sending)
        self._end()

    def _begin(self) -> None:
        self._calls += 1
        self._no_calls.clear()

    def _end(self) -> None:
        """Let what waits leave."""
        self._calls -= 1
        if self._waiting:
            self._start_call()
        elif not self._calls:
            self._no_calls.set()

    async def _send_alone(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        self._begin()
        try:
            return await self._call(jobs)
        finally:
            self._end()

    async def _call(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        failpoints.reached("submit.before")
        answers = await self.store.submit(jobs)
        failpoints.reached("submit.answered")
        return answers

    async def _send(self, batch: _Batch) -> None:
        """Make a call and tell each of its callers."""
        try:
            answers = await self._call([job for jobs, _ in batch for job in jobs])
        except BaseException as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error if isinstance(error, Exception) else _interrupted())
            if not isinstance(error, Exception):
                raise
            return
        start = 0
        for jobs, future in batch:
            if not future.done():
                future.set_result(answers[start : start + len(jobs)])
            start += len(jobs)

    async def finished(self, job_id: str, timeout: float | None = None) -> Job:
        """Return the job with its result once it is final.

        Raises `JobNotFound`, or `ResultTimeout` after `timeout` seconds; the job goes on in that case.
        """
        return await self.following.finished(job_id, timeout)

    async def close(self) -> None:
        """Let running submits end; whoever still waits for a job is told that the store is closed."""
        await self._no_calls.wait()
        await self.following.close()


def _interrupted() -> StoreUnavailable:
    return StoreUnavailable("the submit was interrupted: its outcome is unknown, send the same job again")

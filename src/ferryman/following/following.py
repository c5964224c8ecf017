"""Waits for the end of jobs and follows their lives: what callers ask of one store, on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ferryman.domain.errors import JobNotFound, ResultTimeout
from ferryman.domain.job import Job
from ferryman.following.followed import Followed
from ferryman.following.reader import Reader
from ferryman.following.watch import LOOK_AGAIN, Watch
from ferryman.store.events import JobEvent, Place
from ferryman.store.protocol import Store
from ferryman.store.query import Include
from ferryman.store.signals import FEEDS, FINISHED

#: Followed jobs are looked at no more often than this, in seconds, and no more than so many jobs are read in one.
LEAST = 0.05
JOBS_A_SECOND = 2_000
#: What sends no signal, such as a claim, is seen after this time, in seconds, or later where many jobs are followed.
SOON = 0.25
#: From here on the jobs are so many that they are looked at once in `LOOK_AGAIN`.
MANY = 100

_RESULT = frozenset({Include.RESULT})


def _of_ends(jobs: int) -> tuple[float, float]:
    return 0.0, LOOK_AGAIN


def _of_lives(jobs: int) -> tuple[float, float]:
    return max(LEAST, jobs / JOBS_A_SECOND), max(SOON, min(LOOK_AGAIN, LOOK_AGAIN * jobs / MANY))


class Following:
    """Everybody's look-out for the jobs of one store."""

    def __init__(self, store: Store, *, patient: bool = True) -> None:
        """One that is not `patient` tells whoever waits when the store does not answer."""
        self._store = store
        self._patient = patient
        self._ends = Watch(store, [FINISHED], _RESULT, _of_ends, patient=patient)
        self._lives = Watch(store, [FINISHED, FEEDS], frozenset(), _of_lives, patient=patient)
        self._followed: dict[str, Followed] = {}

    async def finished(self, job_id: str, timeout: float | None = None) -> Job:
        """Return the job with its result once it is final.

        Raises `JobNotFound`, or `ResultTimeout` after `timeout` seconds; the job goes on in that case.
        """
        awaited = _Awaited(job_id)
        # Before the first look: an end between the look and this would be seen by nobody until the next signal.
        self._ends.add(job_id, awaited)
        try:
            [job] = await self._store.inspector.get([job_id], _RESULT)
            if job is None:
                raise JobNotFound(job_id)
            if job.final:
                return job
            self._ends.start()
            return await asyncio.wait_for(awaited.ended, timeout)
        except TimeoutError:
            raise ResultTimeout(f"job {job_id} did not end within {timeout:g} s; it goes on") from None
        finally:
            self._ends.remove(job_id, awaited)
            awaited.forget()

    async def follow(self, job_id: str, after: str | None = None) -> AsyncGenerator[JobEvent]:
        """Give all that becomes of a job, from behind the event with the id `after`, up to its result.

        Waits for as long as the store does not answer. Raises `InvalidOption` for what is no id of an event, and
        `JobNotFound`, also when the job is deleted meanwhile.
        """
        async with aclosing(self.batches(job_id, after)) as batches:
            async for batch in batches:
                for event in batch:
                    yield event

    async def batches(self, job_id: str, after: str | None = None) -> AsyncGenerator[list[JobEvent]]:
        """Give what `follow` gives, events that are there at once together; whoever has taken a list may empty it."""
        place = Place.parse(after)
        followed = self._follow(job_id)
        try:
            async with aclosing(Reader(followed, place).batches()) as batches:
                async for batch in batches:
                    yield batch
        finally:
            self._leave(followed)

    def _follow(self, job_id: str) -> Followed:
        followed = self._followed.get(job_id)
        if followed is None:
            followed = self._followed[job_id] = Followed(self._store, job_id, patient=self._patient)
            self._lives.add(job_id, followed)
        followed.readers += 1
        self._lives.start()
        return followed

    def _leave(self, followed: Followed) -> None:
        followed.readers -= 1
        if not followed.readers:
            del self._followed[followed.job_id]
            self._lives.remove(followed.job_id, followed)
            followed.close()

    async def close(self) -> None:
        """Look no more; whoever still waits is told that the store is closed."""
        await self._ends.close()
        await self._lives.close()


class _Awaited:
    """Who waits for a job's end."""

    def __init__(self, job_id: str) -> None:
        self._job_id = job_id
        self.ended: asyncio.Future[Job] = asyncio.get_running_loop().create_future()

    def see(self, job: Job | None) -> None:
        """End the waiting if the job has ended, or is gone."""
        if self.ended.done():
            return
        if job is None:
            self.ended.set_exception(JobNotFound(self._job_id))
        elif job.final:
            self.ended.set_result(job)

    def fail(self, error: Exception) -> None:
        """End the waiting."""
        if not self.ended.done():
            self.ended.set_exception(error)

    def forget(self) -> None:
        """Wait no more."""
        if self.ended.done() and not self.ended.cancelled():
            # Heard, whether or not the caller's own look failed before: asyncio is not to complain.
            self.ended.exception()

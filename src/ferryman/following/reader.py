"""Tells one reader the events of a job in their order, from where the reader is."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import replace

from ferryman.domain.errors import JobNotFound
from ferryman.domain.job import Job
from ferryman.domain.state import State
from ferryman.following.followed import Followed
from ferryman.ports import SYSTEM
from ferryman.store.events import EventKind, JobEvent, Moment, Phase, Place, moments, result_of
from ferryman.store.messages import FeedEntry

#: A larger result, in characters of JSON, does not stand in the last event: many readers may be slow to take it.
LARGEST_RESULT = 65_536

#: The phase of a job's last event.
_RESULTS = (Phase.RESULT, Phase.CANCELLED_RESULT)


class Reader:
    """One reader of a followed job; `place` is how far it is."""

    def __init__(self, followed: Followed, place: Place) -> None:
        self._followed = followed
        self.place = place
        #: The state and the attempt up to which all states were told: as long as the job has them there are no others.
        self._life: tuple[State, int] | None = None

    async def batches(self) -> AsyncGenerator[list[JobEvent]]:
        """Give events up to the job's result, those that are there at once together; raises `JobNotFound`."""
        followed = self._followed
        moves, job = followed.moves, await self._whole()
        while True:
            async for batch in self.until(job):
                yield batch
            if not job.final:
                await followed.moved(moves)
                moves, job = followed.moves, await self._newer(job)
            elif self.place.phase in _RESULTS:
                return
            elif (ended := self._there(await followed.ended())).final:
                yield [self._result(ended)]
                return
            else:  # a person sent it to the line again, just now
                moves, job = followed.moves, await self._whole()

    def _there(self, job: Job | None) -> Job:
        if job is None:
            raise JobNotFound(self._followed.job_id)
        return job

    async def _whole(self) -> Job:
        return self._there(await self._followed.whole())

    async def _newer(self, job: Job) -> Job:
        """Return the job as it is now; its attempts are read only if they may have changed."""
        seen = self._followed.seen
        if seen is not None and (seen.state, seen.attempt) == (job.state, job.attempt):
            # A look that began before this reader read the job may come back after it.
            return replace(job, entries=max(job.entries, seen.entries))
        return await self._whole()

    async def until(self, job: Job) -> AsyncGenerator[list[JobEvent]]:
        """Give the events from where the reader is to where the job is, which must have been read with its attempts."""
        told = deque[Moment]() if self._life == (job.state, job.attempt) else self._untold(moments(job))
        # What a store lost in a disaster is counted anew.
        self.place = self.place._replace(number=min(self.place.number, job.entries))
        while self.place.number < job.entries:
            batch = await self._page(told, job.entries)
            if not batch:
                break  # deleted meanwhile; the next look will say so
            yield batch
        if told:
            yield [self._state(moment) for moment in told]
        self._life = (job.state, job.attempt)

    async def _page(self, told: deque[Moment], last: int) -> list[JobEvent]:
        """Return what is next in the feed, up to the last entry that the job had, and the states before and between."""
        batch = []
        for entry in await self._followed.entries(self.place.number):
            while told and told[0].step <= (entry.attempt, Phase.PROCESSING):
                batch.append(self._state(told.popleft()))
            # What was said after the job was read is for the next time.
            if missed := min(entry.id - 1, last) - self.place.number:
                batch.append(self._gap(missed, entry))
            if entry.id > last:
                break
            batch.append(self._said(entry))
        return batch

    def _untold(self, life: list[Moment]) -> deque[Moment]:
        untold = deque(moment for moment in life if moment.step > self.place.step)
        last = life[-1]
        if not untold and self.place.step not in (last.step, result_of(last)):
            # A person cancelled it and sent it to the line again, between two attempts: that leaves no trace.
            untold.append(last)
        return untold

    def _state(self, moment: Moment) -> JobEvent:
        self.place = self.place._replace(attempt=moment.attempt, phase=moment.phase)
        at = SYSTEM.clock() if moment.at is None else moment.at
        return JobEvent(self.place.id, EventKind.STATE, at, moment.attempt, moment.data)

    def _said(self, entry: FeedEntry) -> JobEvent:
        self.place = self.place._replace(number=entry.id)
        return JobEvent(self.place.id, EventKind(entry.kind), entry.at, entry.attempt, entry.data)

    def _gap(self, missed: int, before: FeedEntry) -> JobEvent:
        self.place = self.place._replace(number=self.place.number + missed)
        return JobEvent(self.place.id, EventKind.GAP, before.at, before.attempt, json.dumps({"missed": missed}))

    def _result(self, job: Job) -> JobEvent:
        self.place = self.place._replace(phase=self.place.phase + 1)
        result, more = job.result or "null", ""
        if len(result) > LARGEST_RESULT:
            result, more = "null", ', "large": true'
        data = f'{{"state": "{job.state}", "result": {result}, "error": {job.error or "null"}{more}}}'
        return JobEvent(self.place.id, EventKind.RESULT, job.finished_at or SYSTEM.clock(), job.attempt, data)

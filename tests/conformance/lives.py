"""A job whose life goes as dice say, and readers who look at it when they like."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable

from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation, State
from ferryman.following.followed import Followed
from ferryman.following.reader import Reader
from ferryman.store.events import JobEvent, Place
from ferryman.store.messages import FeedKind, Report
from ferryman.store.protocol import Store
from tests.conformance.world import NO_ERROR, World


class Enough(Exception):
    """A reader has all that there is to read now."""


class Once(Followed):
    """A job that is read once: nobody waits for more."""

    async def moved(self, moves: int) -> None:
        raise Enough


async def read(store: Store, job_id: str, after: str | None = None) -> list[JobEvent]:
    """Return what there is to tell of a job now, from behind an event."""
    told: list[JobEvent] = []
    try:
        async for batch in Reader(Once(store, job_id), Place.parse(after)).batches():
            told += batch
    except Enough:
        pass
    return told


class Life:
    """A job, its lease while it has one, and what may happen to it next."""

    def __init__(self, world: World, dice: random.Random, *, largest: int = 5) -> None:
        """`largest` is how many entries it may say at once."""
        self._world = world
        self._dice = dice
        self._largest = largest
        self._lease: Lease | None = None
        self._said = 0
        self.id = ""

    async def begin(self) -> None:
        """Submit the job, now or for later."""
        self.id = await self._world.submit(
            delay=self._dice.choice([None, 60.0]), max_retries=self._dice.choice([1, 5]), max_crashes=2
        )

    async def step(self) -> None:
        """Have something happen to it."""
        state = await self._world.state(self.id)
        steps: dict[State | None, list[Callable[[], Awaitable[object]]]] = {
            State.SCHEDULED: [self._promote, self._promote, self._run_now, self._cancel],
            State.PENDING: [self._claim, self._claim, self._claim, self._cancel],
            State.PROCESSING: [self._say, self._say, self._say, self._end, self._end, self._crash, self._cancel],
        }
        await self._dice.choice(steps[state])()

    async def _promote(self) -> None:
        await self._world.advance(61)
        await self._world.store.upkeep(1_000)

    async def _run_now(self) -> None:
        await self._world.advance(1)
        await self._world.act(Operation.RUN_NOW, self.id)

    async def _cancel(self) -> None:
        if self._dice.random() < 0.2:
            await self._world.act(Operation.CANCEL, self.id)

    async def _claim(self) -> None:
        await self._world.advance(1)
        self._lease = (await self._world.claim_one()).lease

    async def _say(self) -> None:
        assert self._lease is not None
        count = self._dice.randint(1, self._largest)
        self._said += count
        kinds = list(FeedKind)
        numbers = range(self._said - count, self._said)
        said = [Report(self._lease, self._dice.choice(kinds), json.dumps({"n": number})) for number in numbers]
        assert all(await self._world.store.feed.append(said))

    async def _end(self) -> None:
        assert self._lease is not None
        await self._world.advance(1)
        ending = self._dice.choice(
            [
                Outcome.completed(self._lease, '{"x":1}'),
                Outcome.failed(self._lease, NO_ERROR),
                Outcome.cancelled(self._lease, NO_ERROR),
                Outcome.retried(self._lease, NO_ERROR, 30.0),
                Outcome.snoozed(self._lease, 30.0),
                Outcome.released(self._lease),
            ]
        )
        await self._world.finish(ending)

    async def _crash(self) -> None:
        await self._world.recover()

    async def ended(self) -> bool:
        """Whether the job has ended."""
        return (await self._world.get(self.id)).final

    async def lived(self, most: int = 40) -> AsyncIterator[None]:
        """Let it live; stops after each step."""
        await self.begin()
        yield
        for _ in range(most):
            if await self.ended():
                return
            await self.step()
            yield

"""Fills a store with jobs of every kind, as fast as its calls allow: what lists and look-ups are measured on."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ferryman.domain.ids import job_id
from ferryman.domain.job import NewJob
from ferryman.domain.lease import Claimed
from ferryman.domain.outcome import Outcome, error_text
from ferryman.ports import SYSTEM
from ferryman.store.messages import Turn
from ferryman.store.protocol import Store

#: Jobs in one call.
AT_ONCE = 1_000
#: Of a call: jobs that are due later.
LATER = 100
#: So long that nothing is due and no lease runs out while we look, in seconds.
LONG = 86_400.0
TRACE = 'Traceback (most recent call last):\n  File "app/tasks.py", line 12, in send\n' + "    frame\n" * 100
#: More urgent than what stays in line, so that a turn takes what was submitted for it.
RUNS, STAYS = 9, 5


@dataclass(frozen=True, slots=True)
class Mixture:
    """What the jobs are like: names of queues and tasks, each of which makes a lane with each other."""

    queues: Sequence[str]
    tasks: Sequence[str]

    @classmethod
    def of(cls, lanes: int) -> Mixture:
        """Return one with about so many lanes: ten tasks in a tenth as many queues."""
        return cls([f"queue-{n}" for n in range(max(1, lanes // 10))], [f"task-{n}" for n in range(10)])


async def fill(store: Store, count: int, mixture: Mixture, run: int = 550, seed: int = 6) -> None:
    """Submit jobs and run `run` of each thousand: with 550, of ten jobs four or five are pending or due later, four
    completed, and two failed or cancelled.

    Half have the tag `half`, each of a thousand `customer-N`, one in ten thousand `rare`, one in a hundred a key. A
    hundred run at the end.
    """
    dice = random.Random(seed)
    running: list[Claimed] = []
    for start in range(0, count, AT_ONCE):
        await store.submit([_job(dice, mixture, run, number) for number in range(start, min(start + AT_ONCE, count))])
        outcomes = list(_endings(dice, running))
        running = []
        while True:
            reply = await store.turn(Turn("filler", secrets.randbits(63), (), mixture.tasks, outcomes, run, LONG))
            outcomes = []
            running += reply.claimed
            if len(running) >= run or not reply.claimed:
                break
    if len(running) > 100:
        await store.turn(Turn("filler", secrets.randbits(63), (), (), list(_endings(dice, running[100:]))))


def _job(dice: random.Random, mixture: Mixture, run: int, number: int) -> NewJob:
    place = number % AT_ONCE
    runs = place < run
    tags = [f"customer-{dice.randrange(1_000)}"]
    if dice.random() < 0.5:
        tags.append("half")
    if number % 10_000 == 5_000:
        tags.append("rare")
    return NewJob(
        job_id(SYSTEM.clock(), secrets.randbits(74)),
        dice.choice(mixture.tasks),
        queue=dice.choice(mixture.queues),
        priority=RUNS if runs else STAYS,
        delay=LONG if not runs and place < run + LATER else None,
        key=f"key-{number}" if number % 100 == 0 else None,
        tags=tuple(tags),
        max_retries=0,
    ).placed()


def _endings(dice: random.Random, jobs: Sequence[Claimed]) -> Iterator[Outcome]:
    for job in jobs:
        chance = dice.random()
        error = error_text(f"app.{dice.choice('ABCDEFGH')}Error", f"no answer within {dice.randrange(60)} s", TRACE)
        if chance < 0.7:
            yield Outcome.completed(job.lease, '"done"')
        elif chance < 0.95:
            yield Outcome.failed(job.lease, error)
        else:
            yield Outcome.cancelled(job.lease, error)

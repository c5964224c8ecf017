"""An hour of work that was never done: a store that believes its clock, for pictures with a history in them."""

from __future__ import annotations

import json
import random
from typing import NamedTuple

from ferryman.domain.ids import job_id
from ferryman.domain.job import NewJob
from ferryman.domain.lease import Claimed
from ferryman.domain.outcome import Outcome, error_text
from ferryman.store.messages import Turn
from ferryman.stores import open_store

MINUTES = 58


class Kind(NamedTuple):
    """What a task does: its queue, what an attempt takes in seconds, and how often it fails and with what."""

    task: str
    queue: str
    args: dict[str, object]
    result: object
    seconds: float
    failing: float
    error: tuple[str, str, str]


KINDS = [
    Kind(
        task="send_email",
        queue="mail",
        args={"to": "ada@example.com"},
        result="outbox/welcome.eml",
        seconds=0.18,
        failing=0.05,
        error=("smtplib.SMTPServerDisconnected", "the server closed the connection", "ferryman.demo.mail:send"),
    ),
    Kind(
        task="thumbnail",
        queue="pictures",
        args={"width": 160},
        result={"width": 160, "height": 120},
        seconds=0.8,
        failing=0.02,
        error=("ValueError", "this is no PNG", "ferryman.demo.picture:read_png"),
    ),
    Kind(
        task="word_count",
        queue="default",
        args={"source": "letters.txt"},
        result={"words": 211, "different": 96},
        seconds=0.05,
        failing=0.02,
        error=("FileNotFoundError", "No such file or directory: 'letters.txt'", "ferryman.demo.words:read"),
    ),
]


class Past:
    """The store, its clock, and the worker that works in it."""

    def __init__(self, url: str, now: float) -> None:
        self._now = now - MINUTES * 60
        self._end = now
        self._dice = random.Random(7)
        self._store = open_store(url, durability="off", clock=lambda: self._now)

    async def happen(self) -> None:
        """Let the hour pass."""
        await self._store.open()
        for minute in range(MINUTES):
            began = self._now
            busy = 6 + 4 * abs((minute % 24) - 12) // 3 + self._dice.randrange(5)
            for _ in range(busy):
                await self._work(60 / busy)
            await self._store.upkeep(1_000)
            self._now = began + 60
        await self._store.close()

    async def _work(self, seconds: float) -> None:
        began = self._now
        kind = self._dice.choices(KINDS, weights=[6, 2, 4])[0]
        identifier = job_id(self._now, self._dice.getrandbits(74))
        await self._store.submit([NewJob(identifier, kind.task, json.dumps(kind.args), kind.queue, max_retries=1)])
        for claimed in await self._turn(want=3, after=self._dice.expovariate(1 / 0.08)):
            await self._end_of(next(kind for kind in KINDS if kind.task == claimed.task), claimed)
        self._now = began + seconds

    async def _end_of(self, kind: Kind, claimed: Claimed) -> None:
        error = error_text(kind.error[0], kind.error[1], "", kind.error[2])
        outcome = Outcome.completed(claimed.lease, json.dumps(kind.result))
        if self._dice.random() < kind.failing:
            outcome = Outcome.failed(claimed.lease, error)
        elif self._dice.random() < kind.failing:
            outcome = Outcome.retried(claimed.lease, error, 2)
        await self._turn(outcome, after=kind.seconds * self._dice.uniform(0.6, 1.8))

    async def _turn(self, *outcomes: Outcome, want: int = 0, after: float) -> list[Claimed]:
        self._now = min(self._end, self._now + after)
        tasks = [kind.task for kind in KINDS]
        turn = Turn("harbour-7-1f2e3d", self._dice.getrandbits(62), (), tasks, outcomes, want)
        return list((await self._store.turn(turn)).claimed)

"""A store and the model side by side: whatever is done to one is done to the other, and then they are compared."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from ferryman.domain.job import NewJob
from ferryman.domain.lease import Lease
from ferryman.domain.state import Operation, State
from ferryman.store.messages import Command, Report, Turn, TurnReply, Upkeep
from ferryman.store.protocol import Store
from tests.conformance.world import RETENTION, worker_info
from tests.model import answers
from tests.model.bench import Bench
from tests.model.freedom import Freedom
from tests.model.lines import feed_at_rest
from tests.model.look import differences, look_ahead, look_closer
from tests.model.observed import Observed
from tests.model.queue import Queue

T = TypeVar("T")


class Together:
    """A fresh store of a topology, and a fresh model."""

    def __init__(self, topology: str) -> None:
        self.bench = Bench(topology)
        self.model = Queue(RETENTION, self.bench.now())
        #: Of all jobs that were ever submitted.
        self.ids: list[str] = []

    def do(self, ask: Callable[[Store], Awaitable[T]], do: Callable[[Queue], T], same: Callable[[T, T], bool]) -> T:
        """Do the same to both. What they answer, and all that is seen afterwards, must be the same."""
        model, model.now = self.model, self.bench.now()
        answer, seen = self.bench.ask(ask, self.ids)
        model.freedom = Observed(model, answer, seen, self.bench)
        expected = do(model)
        model.freedom = Freedom()
        assert same(answer, expected), f"the store answered {answer}, the model {expected}"
        told = list(differences(model, seen, self.bench.latest, ordered=self.bench.lines == 1))
        assert not told, "\n".join(told)
        return answer

    # -- the calls of the contract

    def submit(self, jobs: Sequence[NewJob]) -> None:
        """Submit jobs."""
        self.ids = list(dict.fromkeys([*self.ids, *(job.id for job in jobs)]))
        same = partial(answers.same_submitted, self.model)
        self.do(lambda store: store.submit(jobs), lambda model: model.submit(jobs), same)

    def turn(self, turn: Turn) -> TurnReply:
        """Take a turn."""
        return self.do(
            lambda store: store.turn(turn),
            lambda model: model.turn(turn),
            lambda got, expected: answers.same_reply(got, expected, self.bench.lines),
        )

    def extend(self, worker: str, held: Sequence[Lease], lease: float) -> None:
        """Send a heartbeat."""
        info = worker_info(worker, busy=len(held))
        same = answers.same_pulse
        self.do(lambda store: store.extend(info, held, lease), lambda model: model.extend(info, held, lease), same)

    def append(self, reports: Sequence[Report]) -> None:
        """Add to the live output."""
        self.do(lambda store: store.feed.append(reports), lambda model: model.append(reports), answers.same)

    def retire(self, worker: str) -> None:
        """Say goodbye."""
        self.do(lambda store: store.retire(worker), lambda model: model.retire(worker), answers.same)

    def act(self, operation: Operation, ids: Sequence[str]) -> None:
        """Do what a person does to jobs."""
        self.do(
            lambda store: store.inspector.act(operation, ids),
            lambda model: model.act(operation, ids),
            answers.same,
        )

    def pause(self, queue: str, paused: bool, by: str) -> None:
        """Pause or resume a queue."""
        self.do(
            lambda store: store.inspector.pause(queue, paused, by),
            lambda model: model.pause(queue, paused, by),
            answers.same,
        )

    def command(self, worker: str, command: Command | None) -> None:
        """Leave a command for a worker."""
        self.do(
            lambda store: store.inspector.command(worker, command),
            lambda model: model.command(worker, command),
            answers.same,
        )

    def upkeep(self, limit: int) -> Upkeep:
        """Do one round of upkeep."""
        return self.do(lambda store: store.upkeep(limit), lambda model: model.upkeep(limit), answers.same_upkeep)

    def upkeep_until_done(self, limit: int) -> None:
        """Do rounds of upkeep for as long as there is more to do, which must have an end."""
        for _ in range(1_000):
            if not self.upkeep(limit).more:
                return
        raise AssertionError("there is always more to keep up")

    # -- looking ahead and back

    def moments(self) -> list[float]:
        """Return when time will bring something about, the nearest first."""
        jobs = self.model.jobs.by_id.values()
        moments = {job.run_at for job in jobs if job.state is State.SCHEDULED} | {job.lease_until for job in jobs}
        moments |= {self.model.kept_until(job) for job in jobs if job.final}
        return sorted(at for at in moments if at is not None and at > self.bench.now())

    def look_closer(self) -> None:
        """Look at what is too much to look at after each step."""
        jobs = dict(reversed(self.model.jobs.by_id.items()))
        if self.bench.lines == 1:
            self.bench.run(lambda store: look_ahead(store, self.model))
        feeds = self.bench.run(lambda store: look_closer(store, jobs))
        assert {identifier: feed_at_rest(feed) for identifier, feed in feeds.items() if feed} == self.model.feeds

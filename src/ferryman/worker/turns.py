"""Turns: the one call by which a worker reports what ended and claims what its free slots can take.

Outcomes that come while a turn is under way leave with the next one; many leave at once, in a second turn beside it,
so that the store and the worker's tasks never wait for each other. A turn leaves as soon as there is something to
report, or a slot is free and there may be work: a signal came, something is due, or the last claim filled every slot
it asked for. Nothing is claimed that cannot start at once. A turn is never cut off, and one that got no answer is
sent again with the same request number, which gives the same answer: nothing is lost, nothing is doubled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ferryman import failpoints
from ferryman.domain.outcome import Ending, Outcome
from ferryman.service import Service, Surroundings, shielded
from ferryman.store.messages import TRACKS, Turn, TurnReply
from ferryman.store.protocol import Store
from ferryman.store.signals import ANY_QUEUE, queue_signal
from ferryman.telemetry.events import OutcomeRefused
from ferryman.worker.attempts import Attempt, Attempts
from ferryman.worker.plan import Plan
from ferryman.worker.runner import Runner

#: Most outcomes and claims in one turn, so that none holds the store for long.
LARGEST_TURN = 1_000
#: From so many attempts on, those that one turn brought start in two shares.
WORTH_SHARING = 16
#: Steps of the event loop in which a turn leaves once the first outcome is there: the one that waits wakes, the call
#: begins, and uvloop writes at the end of a step.
STEPS_TO_LEAVE = 3
#: An idle worker looks this often although no signal came, in seconds; signals can be missed.
LOOK_AGAIN = 5.0
#: Shortest rest before something due, in seconds: a store that says "due now" again and again must not be spun on.
SHORTEST_REST = 0.001
#: A worker that ends when nothing is left still waits for what is due within this many seconds.
NEARLY_DUE = 0.25


@dataclass(frozen=True, slots=True)
class _Sent:
    """A turn on its way: what it reports and when it was first sent, by the monotonic clock."""

    turn: Turn
    ended: Sequence[tuple[Attempt, Outcome]]
    at: float


class _Track:
    """One of the turns that may be under way at once: what was sent and not answered."""

    def __init__(self, number: int, tick: Callable[[_Track], Awaitable[float]], around: Surroundings) -> None:
        self.number = number
        self.sent: _Sent | None = None
        self.service = Service("more turns" if number else "turns", lambda: tick(self), around)


class Turns:
    """Takes turns until it is stopped."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        attempts: Attempts,
        runner: Runner,
        around: Surroundings,
        out_of_work: Callable[[], None],
    ) -> None:
        self._store = store
        self._plan = plan
        self._attempts = attempts
        self._runner = runner
        self._around = around
        self._out_of_work = out_of_work
        self._tracks = [_Track(number, self._tick, around) for number in range(TRACKS)]
        self._signals = [queue_signal(queue) for queue in plan.queues] or [ANY_QUEUE]
        self._ended: list[tuple[Attempt, Outcome]] = []
        self._may_be_work = True
        self._due_at: float | None = None
        self._due_known_at = 0.0
        self._listening: asyncio.Task[None] | None = None
        self._listens = asyncio.Event()
        self._moved = asyncio.Event()
        self._progress: asyncio.Event | None = None
        self.claiming = True

    # -- what others call

    def start(self) -> None:
        """Begin to take turns."""
        for track in self._tracks:
            track.service.start()

    async def stop(self, patience: float) -> None:
        """Let the turn under way end, for at most `patience` seconds."""
        for track in self._tracks:
            track.service.end()
        self._moved.set()
        await asyncio.gather(*(track.service.stop(patience) for track in self._tracks))
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})

    def claim(self, claiming: bool) -> None:
        """Begin or cease to claim; outcomes are reported either way."""
        self.claiming = claiming
        self._may_be_work = True
        self._moved.set()

    def report(self, attempt: Attempt, outcome: Outcome | None) -> None:
        """Report an outcome with the next turn; None just lets go of the lease."""
        if outcome is None:
            self._attempts.held.pop(attempt, None)
        else:
            self._ended.append((attempt, outcome))
        self._moved.set()

    def slot_freed(self) -> None:
        """Look whether the free slot can be filled."""
        self._moved.set()
        self._progressed()

    async def progress(self) -> None:
        """Return when a slot was freed or a turn was answered."""
        if self._progress is None:
            self._progress = asyncio.Event()
        await self._progress.wait()

    def _progressed(self) -> None:
        if self._progress is not None:
            self._progress.set()
            self._progress = None

    @property
    def unreported(self) -> int:
        """The number of outcomes that the store has not taken note of."""
        return len(self._ended) + sum(len(track.sent.ended) for track in self._tracks if track.sent)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way: every outcome is reported and no claim may be on its way here."""
        return not self._ended and not self._under_way()

    # -- the loop

    async def _tick(self, track: _Track) -> float:
        """Wait until there is a reason for a turn, then take it."""
        while not (track.sent or track.service.stopping or self._reason_to_go()):
            await self._rest()
        if track.sent is None and not self._reason_to_go():
            return 0.0  # stopping
        if track.sent is None:
            track.sent = self._compose(track)
        sent = track.sent
        failpoints.reached("finish.before" if sent.ended else "turn.before")
        # Shielded: the store goes on with a turn that nobody waits for any more.
        reply = await shielded(self._store.turn(sent.turn))
        failpoints.reached("finish.answered" if sent.ended else "turn.answered")
        track.sent = None
        self._take(sent, reply)
        self._progressed()
        return 0.0

    def _under_way(self) -> list[_Sent]:
        return [track.sent for track in self._tracks if track.sent]

    def _free(self) -> int:
        """Return the number of slots that are free and not asked for by a turn under way."""
        return self._attempts.free - sum(sent.turn.want for sent in self._under_way())

    def _reason_to_go(self) -> bool:
        if self._under_way():
            # A second turn leaves for many, so that the store has work when it is done with the first.
            return len(self._ended) >= WORTH_SHARING
        return bool(self._ended) or (self._may_be_work and self.claiming and self._free() > 0)

    def _compose(self, track: _Track) -> _Sent:
        ended, self._ended = self._ended[:LARGEST_TURN], self._ended[LARGEST_TURN:]
        plan = self._plan
        want = min(self._free(), LARGEST_TURN) if self.claiming else 0
        if want:
            # From now on a signal is news: what it tells of may come after this turn has looked.
            self._may_be_work = False
        turn = Turn(
            plan.worker,
            self._around.ports.bits(63),
            plan.queues,
            plan.tasks,
            [outcome for _, outcome in ended],
            want,
            plan.lease,
            track.number,
        )
        return _Sent(turn, ended, self._around.ports.monotonic())

    def _take(self, sent: _Sent, reply: TurnReply) -> None:
        """Act on the answer to a turn."""
        for (attempt, outcome), accepted in zip(sent.ended, reply.accepted, strict=True):
            self._attempts.held.pop(attempt, None)
            if accepted:
                self._attempts.count(outcome)
            else:
                self._refused(attempt, outcome)
        now = self._around.ports.monotonic()
        if sent.at >= self._due_known_at:  # of two turns, the one that was sent first may be answered last
            self._due_known_at = sent.at
            self._due_at = None if reply.due_in is None else now + reply.due_in
        until = sent.at + self._plan.lease
        attempts = [self._attempts.add(claimed, until) for claimed in reply.claimed]
        if self.claiming and now < until:
            self._start(attempts)
        else:
            # Claimed while the worker was told to stop, or the answer came too late to be sure of the lease.
            for attempt in attempts:
                self._runner.hand_back(attempt, self)
        if 0 < sent.turn.want <= len(reply.claimed):
            self._may_be_work = True
        if not self._may_be_work and self._nothing_left(reply):
            self._out_of_work()

    def _start(self, attempts: Sequence[Attempt]) -> None:
        """Run attempts: many of them in two shares, so that the store works on one while the other runs here.

        The second share waits until the turn that reports the first has left, which is some steps of the loop.
        """
        first = len(attempts)
        if first >= WORTH_SHARING:
            first = 0 if self._ended else first // 2
        self._run(attempts[:first])
        if rest := attempts[first:]:
            _in_steps(STEPS_TO_LEAVE, lambda: self._run(rest))

    def _run(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            self._runner.start(attempt, self)

    def _refused(self, attempt: Attempt, outcome: Outcome) -> None:
        if outcome.ending is Ending.RELEASED:
            return  # somebody else has the job already, which is what handing back is for
        claimed = attempt.claimed
        self._around.emit(OutcomeRefused(claimed.id, claimed.task, claimed.attempt, outcome.ending.value))

    def _nothing_left(self, reply: TurnReply) -> bool:
        if reply.claimed or self._ended or self._attempts.running or self._under_way():
            return False
        return reply.due_in is None or reply.due_in > NEARLY_DUE

    # -- resting

    async def _rest(self) -> None:
        """Wait until something ended, a slot is free, a signal came, something is due, or we are stopped."""
        self._moved.clear()
        alarm: asyncio.TimerHandle | None = None
        if self.claiming and self._free() > 0:
            self._listen()
            if self._due_at is not None:
                pause = max(SHORTEST_REST, self._due_at - self._around.ports.monotonic())
                alarm = asyncio.get_running_loop().call_later(pause, self._look)
        try:
            await self._moved.wait()
        finally:
            if alarm is not None:
                alarm.cancel()

    def _look(self) -> None:
        self._may_be_work = True
        self._moved.set()

    def _listen(self) -> None:
        """Have the store wake us, once. The waiting goes on through turns: what comes meanwhile is not missed."""
        self._listens.set()
        if self._listening is None:
            self._listening = asyncio.create_task(self._hear(), name="ferryman-listen")

    async def _hear(self) -> None:
        """Wait for signals, in one task for ever: the store knows by it which signals are news to us."""
        while True:
            await self._listens.wait()
            self._listens.clear()
            try:
                await self._store.wait(self._signals, LOOK_AGAIN)
            except Exception as error:
                # The turn that follows meets the same trouble and tells it; until then, no hot loop.
                del error
                await asyncio.sleep(SHORTEST_REST * 100)
            self._look()


def _in_steps(steps: int, call: Callable[[], object]) -> None:
    """Call something in so many steps of the event loop."""
    loop = asyncio.get_running_loop()
    loop.call_soon(call if steps == 1 else lambda: _in_steps(steps - 1, call))

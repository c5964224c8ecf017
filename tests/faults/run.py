"""One run: jobs in flight, one process killed or frozen at one point, and what became of the jobs."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import time
from dataclasses import dataclass, field

import httpx2

from ferryman.domain.job import Job, NewJob
from ferryman.domain.state import Operation, State
from ferryman.store.messages import Changed
from tests.faults import roles
from tests.faults.arena import LEASE, Arena
from tests.faults.evidence import recoveries, too_late
from tests.faults.fault_tasks import toil, work
from tests.faults.forks import Fork
from tests.faults.plans import ANY_MOMENT, Fault

#: Slots of the worker that is struck.
SLOTS = 6
#: A process that does not come by its failpoint within this time is struck where it is, in seconds.
STROLL = 10.0
#: After so many seconds without it there is more work, lest the healthy worker had taken all.
LURE = 0.25
#: How long some jobs take of which an attempt is frozen, in seconds.
AGAIN = 0.9
#: One that was frozen and goes on must end within this time once it is told to, in seconds.
FAREWELL = 12.0


@dataclass
class Report:
    """What one run came to."""

    number: int
    fault: Fault
    #: It came by its failpoint, or was struck at any moment as planned.
    reached: bool = False
    jobs: int = 0
    executions: int = 0
    redelivered: int = 0
    refused: int = 0
    unknown: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Run:
    """One run in an arena; `dice` decide all that is open, `victims` bounds how many live at once."""

    def __init__(
        self, arena: Arena, number: int, fault: Fault, dice: random.Random, victims: asyncio.Semaphore
    ) -> None:
        self.arena = arena
        self.victims = victims
        self.fault = fault
        self.dice = dice
        self.report = Report(number, fault)
        self.ids: list[str] = []
        self.struck_at = 0.0

    async def go(self) -> Report:
        """Make the run and judge it as far as it can be judged alone."""
        play = {"worker": self._worker, "client": self._client, "server": self._server}[self.fault.plan.victim]
        async with self.victims:
            victim = await play()
            if self.fault.action == "stop":
                await self.arena.until_ended(self.ids)
                await self._part_from(victim)
        self._judge(await self.arena.until_ended(self.ids), victim)
        return self.report

    # -- the three plays

    async def _worker(self) -> Fork:
        if self.dice.random() < 0.5:
            await self._submit(3)
        victim = self.arena.fork(roles.worker, SLOTS, name="victim", failpoint=self.fault.armed)
        await _until(lambda: victim.logged or victim.struck, STROLL)
        # Beside the strike: a process frozen while it writes lets nobody else write until it goes on.
        pressing = asyncio.create_task(self._press(victim))
        await self._strike(victim)
        await pressing
        return victim

    async def _press(self, victim: Fork) -> None:
        """Give the victim what it needs to come by its failpoint."""
        await self._submit(8)
        if self.fault.plan.told:
            await asyncio.sleep(0.2 * self.dice.random())
            victim.tell(signal.SIGTERM)
        elif self.fault.point != ANY_MOMENT:
            for _ in range(int(STROLL / LURE)):
                await _until(lambda: victim.struck or bool(self.struck_at), LURE)
                if victim.struck or self.struck_at:
                    return
                await self._submit(1)
                await self._submit(1)

    async def _client(self) -> Fork:
        name = f"client-{self.report.number}"
        victim = self.arena.fork(roles.client, name, 5, 2, name="client", failpoint=self.fault.armed)
        await self._strike(victim)
        if self.fault.action == "stop":
            await victim.ended(FAREWELL)
        await self._resend(name)
        return victim

    async def _resend(self, name: str) -> None:
        """Ask again for what nobody acknowledged: by the same id, or as a new job with the same key."""
        asked, known = roles.heard(self.arena.folder / f"{name}.txt")
        self.arena.acknowledged(self.report.number, [asked[job] for job in known], name)
        unknown = [job for job_id, job in asked.items() if job_id not in known]
        self.report.unknown = len(unknown)
        self.ids += known
        if unknown:
            self.arena.asked(self.report.number, unknown, name)
            again = [job if self.dice.random() < 0.5 else roles.keyed(job.key or "") for job in unknown]
            self.ids += await self.arena.submit(self.report.number, again)

    async def _server(self) -> Fork:
        name = f"server-{self.report.number}"
        victim = self.arena.fork(roles.server, name, name="server", failpoint=self.fault.armed)
        port = self.arena.folder / f"{name}.port"
        await _until(port.exists, STROLL)
        await self._submit(4)
        doomed = await self._doomed()
        acting = asyncio.create_task(_cancel_by_http(int(port.read_text()), doomed))
        call = self.arena.history.call(self.arena.history.acts, name, (Operation.CANCEL, [doomed]))
        await self._strike(victim)
        if await acting == 200:
            self.arena.history.answered(call, [Changed(doomed, True, State.CANCELLED)])
        elif self.fault.action == "stop":
            self.report.wrong.append(f"act: a server that went on did not answer the cancel of {doomed}")
        [job] = await self.arena.look([doomed])
        if job.state is not State.CANCELLED:
            self.report.wrong.append(f"act: {doomed} was cancelled and is {job.state}")
        return victim

    async def _doomed(self) -> str:
        """Submit the job that is to be cancelled: one that waits, or one that runs."""
        if self.dice.random() < 0.5:
            return (await self.arena.submit(self.report.number, [work.options(delay=60).job(seconds=0)]))[0]
        [job_id] = await self.arena.submit(self.report.number, [work.job(seconds=2.0)])

        def begun() -> bool:
            return any(mark.place[0] == job_id for mark in self.arena.marks())

        await _until(begun, STROLL)
        return job_id

    # -- the fault

    async def _submit(self, count: int) -> None:
        jobs = [self._job() for _ in range(count)]
        self.ids += await self.arena.submit(self.report.number, jobs)

    def _job(self) -> NewJob:
        task = toil if self.dice.random() < 0.2 else work
        seconds = self.dice.choice([0.0, 0.0, 0.02, 0.1, 0.4])
        if self.fault.action == "stop" and self.dice.random() < 0.5:
            seconds = AGAIN  # so that the next attempt is under way when the frozen one's outcome comes
        delay = 0.3 if self.dice.random() < 0.1 else 0.0
        if self.fault.point.startswith("heartbeat") and self.fault.nth > 1:
            seconds += 0.5
        return task.options(crashes=20, delay=delay).job(seconds=seconds)

    async def _strike(self, victim: Fork) -> None:
        """Wait until the victim has come by its failpoint, or strike it at any moment; let a frozen one go on."""
        if self.fault.point == ANY_MOMENT:
            await asyncio.sleep(0.7 * self.dice.random())
            victim.tell(signal.SIGKILL if self.fault.action == "kill" else signal.SIGSTOP)
        await _until(lambda: victim.struck, STROLL)
        self.report.reached = victim.code == -signal.SIGKILL or victim.frozen
        if not self.report.reached:
            victim.tell(signal.SIGKILL)
            await victim.gone.wait()
        self.struck_at = time.time()
        if victim.frozen:
            blocked = await self.arena.blocked()
            await asyncio.sleep(LEASE * (1.2 + 0.6 * self.dice.random()))
            if blocked:
                self.struck_at = time.time()
            victim.tell(signal.SIGCONT)

    async def _part_from(self, victim: Fork) -> None:
        """A process that was frozen goes on, and ends well when it is told to."""
        if not self.fault.plan.told:
            victim.tell(signal.SIGTERM)
        if not await victim.ended(FAREWELL):
            self.report.wrong.append(f"zombie: the victim did not end: {victim.said_so_far[-800:]}")
        elif victim.code == -signal.SIGTERM and not victim.logged:
            return  # frozen before it had said how it wants to be told, or claimed anything
        elif victim.code != 0 and self.report.reached:
            self.report.wrong.append(f"zombie: the victim ended with {victim.code}: {victim.said_so_far[-800:]}")

    # -- the judgement

    def _judge(self, jobs: list[Job], victim: Fork) -> None:
        report = self.report
        marks = [mark for mark in self.arena.marks() if self.arena.of_run.get(mark.place[0]) == report.number]
        found = recoveries(jobs, marks, victim.pid, self.struck_at)
        report.wrong += too_late(found, LEASE)
        report.wrong += [f"failed: {job.id} is {job.state}: {job.error}" for job in jobs if job.status != "completed"]
        if len(jobs) < len(self.ids):
            report.wrong.append(f"lost: {len(self.ids) - len(jobs)} of {len(self.ids)} acknowledged jobs")
        if len(jobs) < len(set(self.ids)):
            report.wrong.append("doubled: two resent jobs are one")
        report.jobs = len(jobs)
        report.executions = sum(mark.word == "begin" for mark in marks)
        report.redelivered = sum(job.attempt - 1 for job in jobs)
        report.refused = victim.said_so_far.count('"event": "OutcomeRefused"')
        report.slowest = max((recovery.seconds or 0.0 for recovery in found), default=0.0)


async def _until(condition: object, within: float) -> None:
    """Return once the condition holds, or after a while; real processes send no signal."""
    assert callable(condition)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110  # another process makes it true
                await asyncio.sleep(0.02)


async def _cancel_by_http(port: int, job_id: str) -> int:
    """Cancel a job over HTTP; return the status, 0 without an answer."""
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            answer = await client.post(f"/v1/jobs/{job_id}/cancel", headers={"origin": f"http://127.0.0.1:{port}"})
            return answer.status_code
    except httpx2.TransportError:
        return 0

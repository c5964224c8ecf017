"""The clients: jobs submitted by the clock, whatever the answers take, and a sample of their states looked at."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field

from tests.soak.figures import Durations
from tests.soak.http import LONGEST, Connection
from tests.soak.ledger import Ledger
from tests.soak.soak_tasks import task_of
from tests.soak.trouble import ECHO, Trouble

#: One job in so many is submitted with an Idempotency-Key, and sent again when there was no answer.
KEYED = 8
#: How long it is sent again, in seconds: less than completed jobs are kept, for the key holds no longer.
AGAIN = 30.0
#: One job in so many is looked at: right after its submit, and some seconds later.
LOOKED_AT = 40
LATER = 5.0
#: One in so many is waited for, by a request that the server holds.
WAITED_FOR = 400
#: After a 503 a caller rests, in seconds.
_REST = 0.5
#: What should have been submitted by the end is submitted for so long afterwards, and then not at all, in seconds.
TOO_LATE = 30.0
_STATUSES = ("pending", "processing", "completed", "failed")


@dataclass
class Client:
    """Submits `total` jobs, `rate` a second, over `callers` connections; late ones follow as fast as they can."""

    port: int
    rate: float
    total: int
    callers: int
    seed: int
    ledger: Ledger
    trouble: Trouble
    answered: Durations = field(default_factory=Durations)
    late: float = 0.0
    _next: int = 0
    _again: deque[tuple[int, float]] = field(default_factory=deque)
    _to_look_at: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=10_000))
    _connections: list[Connection] = field(default_factory=list)

    async def run(self) -> None:
        """Submit all, then return; the lookers end with it."""
        lookers = [asyncio.create_task(self._look_later()) for _ in range(2)]
        start = time.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.callers):
                    group.create_task(self._call(start))
        finally:
            for looker in lookers:
                looker.cancel()
            await asyncio.gather(*lookers, return_exceptions=True)
            for connection in self._connections:
                connection.cut()
            # Connections that were aborted end in the next round of the loop.
            await asyncio.sleep(0.01)

    def cut(self) -> None:
        """Cut every connection."""
        for connection in self._connections:
            connection.cut()

    def _connection(self) -> Connection:
        connection = Connection(self.port)
        self._connections.append(connection)
        return connection

    async def _call(self, start: float) -> None:
        connection = self._connection()
        end = start + self.total / self.rate + TOO_LATE
        while (more := self._next < self.total and time.monotonic() < end) or self._again:
            if self._again and self._again[0][1] + 1.0 < time.monotonic():
                number, first = self._again.popleft()
                self.ledger.counts["sent again"] += 1
                await self._submit(connection, number, first)
            elif more:
                number = self._next
                self._next += 1
                due = start + number / self.rate
                early = due - time.monotonic()
                self.late = max(self.late, -early)
                await asyncio.sleep(max(0.0, early))
                await self._submit(connection, number, time.monotonic())
            else:
                await asyncio.sleep(0.1)

    async def _submit(self, connection: Connection, number: int, first: float) -> None:
        body = f'{{"task": "{task_of(number)}", "args": {{"n": {number}}}}}'
        headers = f"Idempotency-Key: soak-{self.seed}-{number}\r\n" if number % KEYED == 0 else ""
        await self._connect(connection)
        begun = time.monotonic()
        self.ledger.sent(number, time.time())
        status, answer = await self._ask(connection, "POST", "/submit-job", body, headers)
        if status == 200:
            self.answered.add(time.monotonic() - begun)
            job_id = str(json.loads(answer)["job_id"])
            self.ledger.acknowledged(number, job_id)
            await self._look_at(connection, number, job_id)
            return
        self.ledger.counts["submits without an answer"] += 1
        if number % KEYED == 0 and first + AGAIN > time.monotonic():
            self._again.append((number, first))
        if status == 503:
            await asyncio.sleep(_REST)

    async def _connect(self, connection: Connection) -> None:
        """Connect, however long it takes: nothing was sent yet."""
        begun = time.monotonic()
        while True:
            try:
                return await connection.ready()
            except OSError as error:
                if not self.trouble.excuses(begun) and time.monotonic() - begun > 1.0:
                    self.ledger.complaints.add("nobody listens", f"{error} without a fault")
                    begun = time.monotonic()
                await asyncio.sleep(0.05)

    async def _ask(
        self, connection: Connection, method: str, path: str, body: str = "", headers: str = ""
    ) -> tuple[int, str]:
        """Return status and body, status 0 for no answer; complain of what no fault excuses."""
        begun = time.monotonic()
        try:
            status, answer = await connection.ask(method, path, body, headers)
        except (OSError, EOFError) as error:
            self.ledger.counts["no answer"] += 1
            took = time.monotonic() - begun
            if took > LONGEST or not self.trouble.excuses(begun):
                words = f"{method} {path}: {type(error).__name__} after {took:.1f} s; last fault: {self.trouble.name}"
                self.ledger.complaints.add("no answer without a fault", words)
            return 0, ""
        self.ledger.counts[f"HTTP {status}"] += 1
        if status == 503:
            if not self.trouble.excuses(begun, ECHO):
                self.ledger.complaints.add("503 without a fault", f"{path}: {answer[:200]}")
        elif status != 200 and not (status == 202 and headers.startswith("Prefer")):
            self.ledger.complaints.add("an answer that is neither 200 nor 503", f"{path}: {status} {answer[:200]}")
        return status, answer

    # -- looking at states

    async def _look_at(self, connection: Connection, number: int, job_id: str) -> None:
        if number % LOOKED_AT == 0:
            await self._look(connection, job_id)
            self._to_look_at.append((time.monotonic() + LATER, job_id))
        if number % WAITED_FOR == 1:
            self._to_look_at.append((0.0, job_id))

    async def _look_later(self) -> None:
        connection = self._connection()
        while True:
            if not self._to_look_at or self._to_look_at[0][0] > time.monotonic():
                await asyncio.sleep(0.05)
                continue
            due, job_id = self._to_look_at.popleft()
            await self._connect(connection)
            if due:
                await self._look(connection, job_id)
            else:
                await self._wait_for(connection, job_id)

    async def _look(self, connection: Connection, job_id: str) -> None:
        status, answer = await self._ask(connection, "GET", f"/job-status/{job_id}")
        if status != 200:
            return
        said = json.loads(answer)
        self.ledger.counts["states looked at"] += 1
        if said.get("job_id") != job_id or said.get("status") not in _STATUSES[:3]:
            self.ledger.complaints.add("a wrong state", answer[:200])

    async def _wait_for(self, connection: Connection, job_id: str) -> None:
        status, answer = await self._ask(connection, "GET", f"/v1/jobs/{job_id}/result", headers="Prefer: wait=10\r\n")
        if status == 200:
            self.ledger.counts["results waited for"] += 1
            if json.loads(answer).get("state") != "completed":
                self.ledger.complaints.add("a wrong result", answer[:200])

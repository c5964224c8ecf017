"""What `@ferry.task` returns (TaskHandle) and what a submit returns (JobHandle), typed end to end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import aclosing
from typing import Any, Generic, ParamSpec, TypeVar, Unpack

from ferryman.connections import Connections
from ferryman.domain.durations import Duration, seconds
from ferryman.domain.errors import ActionRefused, JobCancelled, JobFailed, JobNotFound
from ferryman.domain.job import Job, NewJob
from ferryman.domain.options import Options, OptionValues
from ferryman.domain.state import Operation, State
from ferryman.domain.task import Task
from ferryman.identity import new_job_id
from ferryman.ports import SYSTEM
from ferryman.store.events import JobEvent
from ferryman.store.query import Include
from ferryman.store.why import Why, why
from ferryman.worker.context import Context

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")

_EVERYTHING = frozenset(Include)


class JobHandle(Generic[R]):
    """A submitted job: `await handle` waits for its result.

    `created` is False when the submit met a job that existed already (same `key`).
    """

    def __init__(self, connections: Connections, job_id: str, task: Task | None = None, created: bool = True) -> None:
        self._connections = connections
        self._task = task
        self.id = job_id
        self.created = created

    def __repr__(self) -> str:
        return f"<job {self.id}>"

    def __await__(self) -> Generator[Any, None, R]:
        return self.result().__await__()

    async def result(self, timeout: Duration | None = None) -> R:
        """Wait for the job's end and return its value.

        Raises `JobFailed` (with the task's last error), `JobCancelled`, `JobNotFound`, or `ResultTimeout` after
        `timeout`; the job goes on in that case.
        """
        limit = None if timeout is None else seconds(timeout, option="timeout")
        client = await self._connections.here()
        return self._value(await client.finished(self.id, limit))

    def result_sync(self, timeout: Duration | None = None) -> R:
        """`result`, from sync code."""
        return self._connections.run_sync(lambda: self.result(timeout))

    def _value(self, job: Job) -> R:
        if job.state is State.COMPLETED:
            text = job.result or "null"
            value: R = json.loads(text) if self._task is None else self._task.parameters.read_result(text)
            return value
        error = json.loads(job.error) if job.error else {"type": job.state, "message": "no error was recorded"}
        kind = JobCancelled if job.state is State.CANCELLED else JobFailed
        raise kind(job.id, job.task, error["type"], error["message"])

    async def info(self) -> Job:
        """Return everything the store knows of the job; raises `JobNotFound`."""
        client = await self._connections.here()
        [job] = await client.store.inspector.get([self.id], _EVERYTHING)
        if job is None:
            raise JobNotFound(self.id)
        return job

    async def status(self) -> str:
        """Return pending, processing, completed or failed; raises `JobNotFound`."""
        client = await self._connections.here()
        [job] = await client.store.inspector.get([self.id])
        if job is None:
            raise JobNotFound(self.id)
        return job.status

    async def why(self) -> Why:
        """Return why the job is where it is: what it waits for, and what would free it; raises `JobNotFound`."""
        client = await self._connections.here()
        _, reason = await why(client.store.inspector, self.id, SYSTEM.clock())
        return reason

    async def events(self, after: str | None = None) -> AsyncIterator[JobEvent]:
        """Give all that becomes of the job, as it happens: states, progress, log, output, and its result at last.

        What was before is told first, or, with the id of an event as `after`, only what came behind it. Waits for a
        store that does not answer. Raises `JobNotFound`, also when the job is deleted meanwhile, and `InvalidOption`
        for what is no id of an event.
        """
        client = await self._connections.here()
        async with aclosing(client.following.follow(self.id, after)) as events:
            async for event in events:
                yield event

    async def cancel(self) -> None:
        """Cancel the job: a waiting one at once, a running one by revoking its lease.

        Raises `ActionRefused` when it has ended already, `JobNotFound` when there is none.
        """
        await self._act(Operation.CANCEL)

    async def retry(self) -> None:
        """Run a job that has ended once more; raises `ActionRefused` when it has not ended."""
        await self._act(Operation.RETRY)

    async def run_now(self) -> None:
        """Run a scheduled job now; raises `ActionRefused` when it is not scheduled."""
        await self._act(Operation.RUN_NOW)

    async def _act(self, operation: Operation) -> None:
        client = await self._connections.here()
        [changed] = await client.store.inspector.act(operation, [self.id])
        if changed.state is None and not changed.done:
            raise JobNotFound(self.id)
        if not changed.done:
            raise ActionRefused(f"cannot {operation} job {self.id}: it is {changed.state}")


class BoundTask(Generic[P, R]):
    """A task together with options: what `task.options(...)` returns."""

    def __init__(self, task: Task, connections: Connections, options: Options) -> None:
        self._task = task
        self._connections = connections
        self._options = options

    def job(self, *args: P.args, **kwargs: P.kwargs) -> NewJob:
        """Describe a job without storing it, for `ferry.submit([...])`; raises `InvalidArguments`.

        The description carries its id: submitting it twice stores it once.
        """
        parameters = self._task.parameters
        text = parameters.write(parameters.bind(args, kwargs))
        return NewJob.build(new_job_id(), self._task.name, text, self._options)

    async def submit(self, *args: P.args, **kwargs: P.kwargs) -> JobHandle[R]:
        """Store a job of this task and return its handle.

        Raises `InvalidArguments` before anything is stored, `StoreUnavailable` when the store gave no answer.
        """
        job = self.job(*args, **kwargs)
        client = await self._connections.here()
        [answer] = await client.submit([job])
        return JobHandle(self._connections, answer.id, self._task, answer.created)

    def submit_sync(self, *args: P.args, **kwargs: P.kwargs) -> JobHandle[R]:
        """`submit`, from sync code."""
        return self._connections.run_sync(lambda: self.submit(*args, **kwargs))


class TaskHandle(BoundTask[P, R], Generic[P, C, R]):
    """A task: calling it runs the function here, `submit` sends a job, `job` describes one."""

    def __init__(self, task: Task, connections: Connections) -> None:
        super().__init__(task, connections, task.options)
        self.task = task
        self.name = task.name
        self.__doc__ = task.function.__doc__
        self.__name__ = task.name
        self.__wrapped__ = task.function

    def __repr__(self) -> str:
        return f"<task {self.task.signature}>"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> C:
        """Run the function here and now; a `Context` parameter gets one that does nothing."""
        context = self.task.parameters.context
        if context is not None and context not in kwargs and not any(isinstance(arg, Context) for arg in args):
            return self._call_with(context, args, kwargs)
        value: C = self.task.function(*args, **kwargs)
        return value

    def _call_with(self, context: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> C:
        arguments = self.task.parameters.bind(args, kwargs)
        function: Callable[..., C] = self.task.function
        return function(**{context: Context.idle()}, **arguments)

    def options(self, **options: Unpack[OptionValues]) -> BoundTask[P, R]:
        """Return this task with options for the jobs submitted through it; raises `InvalidOption`."""
        return BoundTask(self.task, self._connections, Options.named(options).over(self.task.options))

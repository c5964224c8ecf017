"""The Ferryman facade: declares tasks, submits jobs, finds them again."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, Unpack, overload

from ferryman.config import Settings, load_settings
from ferryman.connections import Connections
from ferryman.domain.errors import ArgumentProblem, InvalidArguments, InvalidOption, TaskDefinitionError, UnknownTask
from ferryman.domain.ids import parse_job_id
from ferryman.domain.job import NewJob
from ferryman.domain.json_text import parse_json
from ferryman.domain.options import NO_OPTIONS, Options, OptionValues, valid_name
from ferryman.domain.retry import Retry
from ferryman.domain.task import Task, define_task
from ferryman.handles import JobHandle, TaskHandle
from ferryman.identity import new_job_id
from ferryman.store.messages import Submitted
from ferryman.store.protocol import Store
from ferryman.stores import open_store, settle
from ferryman.worker.context import Context

P = ParamSpec("P")
R = TypeVar("R")


class _Decorator:
    """What `@ferry.task(...)` with options gives: it keeps the function's types."""

    def __init__(self, ferry: Ferryman, options: dict[str, Any]) -> None:
        self._ferry = ferry
        self._options = options

    # A leading Context parameter is injected, so it is no argument of submit. The overloads for coroutine
    # functions come first: a coroutine function also is a function that returns a coroutine.
    @overload
    def __call__(
        self, function: Callable[Concatenate[Context, P], Coroutine[Any, Any, R]]
    ) -> TaskHandle[P, Coroutine[Any, Any, R], R]: ...
    @overload
    def __call__(self, function: Callable[Concatenate[Context, P], R]) -> TaskHandle[P, R, R]: ...
    @overload
    def __call__(self, function: Callable[P, Coroutine[Any, Any, R]]) -> TaskHandle[P, Coroutine[Any, Any, R], R]: ...
    @overload
    def __call__(self, function: Callable[P, R]) -> TaskHandle[P, R, R]: ...

    def __call__(self, function: Callable[..., Any]) -> TaskHandle[..., Any, Any]:
        return self._ferry.register(define_task(function, Context, **self._options))


class Ferryman:
    """A set of tasks and the store their jobs live in.

    `url` is where jobs live: `sqlite:///path`, `sqlite://` (memory, for tests), `redis://host`. When it is not given,
    `FERRYMAN_URL`, then `[tool.ferryman] url` in pyproject.toml, then `sqlite:///ferryman.db` holds. Nothing is
    opened before the first job is submitted or looked up.

    Raises `InvalidOption` for a setting that makes no sense.
    """

    def __init__(self, url: str | None = None, **settings: Any) -> None:
        self.settings: Settings = load_settings(url=url, **settings)
        self._place = settle(self.settings.url)
        self.tasks: dict[str, TaskHandle[..., Any, Any]] = {}
        self.connections = Connections(self.make_store)

    def __repr__(self) -> str:
        return f"<Ferryman {self.settings.shown_url}, {len(self.tasks)} tasks>"

    def make_store(self) -> Store:
        """Return a new, unopened store for one event loop."""
        settings = self.settings
        return open_store(
            self._place,
            settings.retention,
            durability=settings.durability,
            replicas=settings.replicas,
            fsync=settings.fsync,
            allow_volatile=settings.allow_volatile,
        )

    def use_url(self, url: str) -> None:
        """Point at another store; only before anything was opened. For commands that take `--url`."""
        self.settings = self.settings.replace(url=url)
        self._place = settle(url)

    # -- tasks

    @overload
    def task(
        self, function: Callable[Concatenate[Context, P], Coroutine[Any, Any, R]], /
    ) -> TaskHandle[P, Coroutine[Any, Any, R], R]: ...
    @overload
    def task(self, function: Callable[Concatenate[Context, P], R], /) -> TaskHandle[P, R, R]: ...
    @overload
    def task(self, function: Callable[P, Coroutine[Any, Any, R]], /) -> TaskHandle[P, Coroutine[Any, Any, R], R]: ...
    @overload
    def task(self, function: Callable[P, R], /) -> TaskHandle[P, R, R]: ...
    @overload
    def task(
        self,
        *,
        name: str | None = None,
        retry: Retry | None = None,
        process: bool = False,
        **options: Unpack[OptionValues],
    ) -> _Decorator: ...

    def task(  # type: ignore[misc]  # the overloads are exact, this one takes what any of them takes
        self, function: Callable[..., Any] | None = None, /, **options: Any
    ) -> Any:
        """Declare a function as a task; use it bare or with options.

        Options: `name` (the function's by default), `retries` or `retry=Retry(...)`, `process` (each attempt runs in
        a process of its own, killed at its timeout), and the submit options `queue`, `priority`, `delay`,
        `timeout`, `crashes`, `tags`, `replicas` as defaults for its jobs.

        Raises `TaskDefinitionError` for an unknown option, a bad value, or a function whose arguments cannot travel.
        """
        decorator = _Decorator(self, options)
        return decorator if function is None else decorator(function)

    def register(self, task: Task) -> TaskHandle[..., Any, Any]:
        """Add a task; raises `TaskDefinitionError` when another function has its name."""
        known = self.tasks.get(task.name)
        if known is not None and _place(known.task) != _place(task):
            raise TaskDefinitionError(
                f"two tasks are named {task.name!r}: {_place(known.task)} and {_place(task)}; give one of them name=..."
            )
        handle: TaskHandle[..., Any, Any] = TaskHandle(task, self.connections)
        self.tasks[task.name] = handle
        return handle

    def find_task(self, name: str) -> Task:
        """Return the definition of a task; raises `UnknownTask` with the names that resemble it."""
        try:
            return self.tasks[name].task
        except KeyError:
            raise UnknownTask(name, self.tasks) from None

    # -- jobs

    def describe(self, task: str, args: str = "{}", options: Options = NO_OPTIONS) -> NewJob:
        """Describe a job of a registered task from JSON text; what the HTTP API and the CLI submit.

        Raises `UnknownTask`, and `InvalidArguments` when the text does not fit the task's signature.
        """
        definition = self.find_task(task)
        _check_object(task, args)
        definition.parameters.check(args)
        return NewJob.build(new_job_id(), task, args, options.over(definition.options))

    @overload
    async def submit(self, task: str, /, **arguments: Any) -> JobHandle[Any]: ...
    @overload
    async def submit(self, task: Sequence[NewJob], /) -> list[JobHandle[Any]]: ...

    async def submit(self, task: str | Sequence[NewJob], /, **arguments: Any) -> Any:
        """Submit one job by the name of its task, or many described ones in as few round trips as possible.

        A task that is registered here validates its arguments now; the name of one that is not (its code was not
        imported) is taken as it is, and its worker validates. For options use `task.options(...)`, or
        `ferry.describe(name, args, Options(...))`.

        Raises `InvalidArguments` before anything is stored, `StoreUnavailable` when the store gave no answer.
        """
        client = await self.connections.here()
        if isinstance(task, str):
            job = self._by_name(task, arguments)
            [answer] = await client.submit([job])
            return self._handle(job, answer)
        jobs = list(task)
        for job in jobs:
            if not isinstance(job, NewJob):
                raise InvalidOption("jobs", f"submit takes described jobs such as task.job(...), got {job!r:.80}")
        return [self._handle(job, answer) for job, answer in zip(jobs, await client.submit(jobs), strict=True)]

    def submit_sync(self, task: Any, /, **arguments: Any) -> Any:
        """`submit`, from sync code."""
        return self.connections.run_sync(lambda: self.submit(task, **arguments))

    def job(self, job_id: str) -> JobHandle[Any]:
        """Return the handle of a job by its id; raises `InvalidOption` when it is no UUID. Nothing is read yet."""
        return JobHandle(self.connections, parse_job_id(str(job_id)))

    def _by_name(self, name: str, arguments: dict[str, Any]) -> NewJob:
        if name in self.tasks:
            handle = self.tasks[name]
            return handle.job(**arguments)
        valid_name(name, "task")
        from ferryman.domain.arguments import write_plain  # brings pydantic; see domain/task.py

        return NewJob.build(new_job_id(), name, write_plain(name, arguments), NO_OPTIONS)

    def _handle(self, job: NewJob, answer: Submitted) -> JobHandle[Any]:
        known = self.tasks.get(job.task)
        return JobHandle(self.connections, answer.id, known.task if known else None, answer.created)

    # -- life

    async def close(self) -> None:
        """Close what this event loop opened; using the app again opens it again."""
        await self.connections.close()

    async def __aenter__(self) -> Self:
        await self.connections.here()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _place(task: Task) -> str:
    function = task.function
    return f"{function.__module__}.{function.__qualname__}"


def _check_object(task: str, text: str) -> None:
    try:
        value = parse_json(text)
    except ValueError as error:
        raise InvalidArguments(task, [ArgumentProblem("", f"no JSON: {error}")]) from None
    if not isinstance(value, dict):
        raise InvalidArguments(task, [ArgumentProblem("", f"must be a JSON object, got {type(value).__name__}")])

"""A task: a registered function, its name, its signature and its policies."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from ferryman.domain.errors import InvalidOption, TaskDefinitionError, did_you_mean
from ferryman.domain.options import Options, valid_name
from ferryman.domain.retry import Retry

if TYPE_CHECKING:
    from ferryman.domain.arguments import Parameters

#: What `@ferry.task(...)` takes besides `name`, `retry` and `process`.
_TASK_OPTIONS = ("queue", "priority", "delay", "timeout", "retries", "crashes", "tags", "replicas")


@dataclass(frozen=True, slots=True)
class Task:
    """The definition of a task; what `@ferry.task` returns is a handle around it.

    `options` holds for every job of the task unless the submit says otherwise; `process` runs each attempt in a
    process of its own, which can be killed at its timeout.
    """

    name: str
    function: Callable[..., Any]
    parameters: Parameters
    options: Options
    retry: Retry
    process: bool = False

    @property
    def is_async(self) -> bool:
        """Whether the function is a coroutine function and runs in the event loop."""
        return inspect.iscoroutinefunction(self.function)

    @property
    def signature(self) -> str:
        """The signature as a person reads it, without the injected context."""
        signature = inspect.signature(self.function, eval_str=True)
        shown = [
            parameter.replace(annotation=_plain(parameter.annotation))
            for name, parameter in signature.parameters.items()
            if name != self.parameters.context
        ]
        returns = _plain(signature.return_annotation)
        return f"{self.name}{signature.replace(parameters=shown, return_annotation=returns)}"

    @property
    def doc(self) -> str:
        """The first paragraph of the function's docstring."""
        return (inspect.getdoc(self.function) or "").split("\n\n")[0].replace("\n", " ")


class _Unquoted(str):
    """An annotation that is kept as text and shown without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _plain(annotation: Any) -> Any:
    """Show an annotation as it was written, without quotation marks and without what `Annotated` adds."""
    if isinstance(annotation, str):
        return _Unquoted(annotation)
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def define_task(
    function: Callable[..., Any],
    context_type: type,
    *,
    name: str | None = None,
    retry: Retry | None = None,
    process: bool = False,
    **options: Any,
) -> Task:
    """Make a task of a function.

    `context_type` marks the parameter that is injected. Raises `TaskDefinitionError` (a subclass of TypeError)
    for an unknown option, a value out of range, or a function that cannot be a task.
    """
    if not inspect.isroutine(function):
        raise TaskDefinitionError(f"{function!r} is no function: put @ferry.task above a def or async def")
    task_name = str(name or getattr(function, "__name__", ""))
    try:
        valid_name(task_name, "task")
        policy, defaults = _policies(retry, options)
    except InvalidOption as error:
        raise TaskDefinitionError(f"task {task_name!r}: {error}") from None
    # Here, since it brings pydantic: importing ferryman without declaring a task takes half the time.
    from ferryman.domain.arguments import inspect_parameters

    parameters = inspect_parameters(task_name, function, context_type)
    return Task(task_name, function, parameters, defaults, policy, process)


def _policies(retry: Retry | None, options: dict[str, Any]) -> tuple[Retry, Options]:
    for option in options:
        if option not in _TASK_OPTIONS:
            known = (*_TASK_OPTIONS, "name", "retry", "process")
            raise InvalidOption(
                option, f"there is no option {option!r}.{did_you_mean(option, known)} Options: {', '.join(known)}."
            )
    said = Options.named(options)
    if retry is not None and not isinstance(retry, Retry):
        raise InvalidOption("retry", f"retry must be a Retry, got {retry!r}; for a number write retries={retry!r}")
    if retry is not None and said.retries is not None:
        raise InvalidOption("retries", "give retries or retry=Retry(...), not both")
    policy = retry or (Retry(said.retries) if said.retries is not None else Retry())
    return policy, replace(said, retries=policy.retries)

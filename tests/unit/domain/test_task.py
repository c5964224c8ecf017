"""Tasks: what can be declared, and what is refused where it is declared."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Annotated, Any

import pytest

from ferryman.domain.errors import InvalidInput, TaskDefinitionError
from ferryman.domain.options import Options
from ferryman.domain.retry import Retry
from ferryman.domain.task import Task, define_task
from tests.unit.domain.kinds import Context, Unfit, returning, taking


def define(function: Callable[..., Any], **said: Any) -> Task:
    return define_task(function, Context, **said)


async def send_email(to: str, subject: str = "Hello") -> str:
    """Send an email.

    And more about it.
    """
    return to


def resize(image: int) -> None: ...


def test_a_function_becomes_a_task_of_its_name() -> None:
    task = define(send_email)
    assert (task.name, task.is_async, task.function) == ("send_email", True, send_email)
    assert task.doc == "Send an email."
    assert task.signature == "send_email(to: str, subject: str = 'Hello') -> str"
    assert define(resize).is_async is False


def test_a_signature_leaves_out_what_annotated_adds() -> None:
    def shrink(width: Annotated[int, "at least one"], *, name: Annotated[str, object()] = "x") -> Annotated[bool, 1]:
        return width > 1

    assert define(shrink).signature == "shrink(width: int, *, name: str = 'x') -> bool"


def test_a_name_may_be_given() -> None:
    assert define(send_email, name="mail.send").name == "mail.send"


@pytest.mark.parametrize("name", ["two words", "-x", "x" * 129, "ü"])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(TaskDefinitionError, match="is no name"):
        define(send_email, name=name)


def test_options_are_defaults_for_its_jobs() -> None:
    task = define(send_email, queue="mail", priority=7, timeout="30s", retries=5, crashes=1, tags=["a"])
    assert task.options == Options(queue="mail", priority=7, timeout=30, retries=5, crashes=1, tags=("a",))
    assert task.retry.retries == 5


def test_a_policy_gives_the_number_of_retries() -> None:
    task = define(send_email, retry=Retry(7, backoff="5s").never(ValueError))
    assert task.options.retries == 7
    assert not task.retry.covers(ValueError())


def test_without_a_word_a_job_is_retried_three_times() -> None:
    assert define(send_email).options.retries == 3


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"prioriti": 5}, "there is no option 'prioriti'. Did you mean 'priority'"),
        ({"key": "k"}, "there is no option 'key'"),
        ({"run_at": 5}, "there is no option 'run_at'"),
        (
            {"zzz": 5},
            "Options: queue, priority, delay, timeout, retries, crashes, tags, replicas, name, retry, process",
        ),
        ({"priority": 10}, "task 'send_email': priority must be from 0 to 9, got 10"),
        ({"timeout": "soon"}, "task 'send_email': timeout 'soon' is no duration"),
        ({"retry": 3}, "retry must be a Retry, got 3; for a number write retries=3"),
        ({"retry": Retry(3), "retries": 3}, r"give retries or retry=Retry\(...\), not both"),
    ],
)
def test_a_bad_option_is_refused_where_the_task_is_declared(said: dict[str, Any], message: str) -> None:
    with pytest.raises(TaskDefinitionError, match=message) as caught:
        define(send_email, **said)
    assert isinstance(caught.value, InvalidInput)
    assert isinstance(caught.value, TypeError)


def star(*args: int) -> None: ...
def two_stars(**kwargs: int) -> None: ...
def positional(a: int, /) -> None: ...
def generator() -> Iterator[int]:
    yield 1


async def async_generator() -> AsyncIterator[int]:
    yield 1


def unknown_type(x: NoSuchType) -> None: ...  # type: ignore[name-defined]  # noqa: F821
def broken_annotation(x: Any) -> None: ...
def missing_attribute(x: pytest.NoSuchType) -> None: ...  # type: ignore[name-defined]


broken_annotation.__annotations__["x"] = "int |"


def two_contexts(one: Context, two: Context) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (star, r"takes '\*args': arguments travel by name, so name each of them"),
        (two_stars, r"takes '\*\*kwargs'"),
        (positional, "takes '/, a'"),
        (generator, "yields: a task returns its result"),
        (async_generator, "yields: a task returns its result"),
        (unknown_type, "cannot be resolved .*NoSuchType.*: define the type at module level"),
        (broken_annotation, "cannot be resolved"),
        (missing_attribute, "cannot be resolved"),
        (two_contexts, "takes two contexts, 'one' and 'two'"),
        (max, "does not tell what it takes"),
        (lambda: 1, "is no name"),
        (partial(resize, 1), "is no function: put @ferry.task above a def or async def"),
        (Unfit, "is no function"),
        ("resize", "is no function"),
    ],
)
def test_what_cannot_be_a_task_is_refused_with_the_reason(function: Any, message: str) -> None:
    with pytest.raises(TaskDefinitionError, match=message):
        define(function)


@pytest.mark.parametrize("kind", [Unfit, list[Unfit], Callable[[], int], type, Iterator[int], Context | None])
def test_an_annotation_that_json_cannot_carry_is_refused_where_it_is_declared(kind: Any) -> None:
    with pytest.raises(TaskDefinitionError, match="task 'task': its arguments cannot travel as JSON"):
        taking(kind)
    with pytest.raises(TaskDefinitionError, match="task 'task': its return value cannot travel as JSON"):
        returning(kind)


@pytest.mark.parametrize("place", ["first", "middle", "last", "by name"])
def test_the_context_is_no_argument_wherever_it_stands(place: str) -> None:
    def first(context: Context, a: int, b: int) -> None: ...
    def middle(a: int, context: Context, b: int) -> None: ...
    def last(a: int, b: int, context: Context) -> None: ...
    def by_name(a: int, b: int, *, context: Context) -> None: ...

    functions: dict[str, Callable[..., None]] = {"first": first, "middle": middle, "last": last, "by name": by_name}
    task = define(functions[place])
    assert task.parameters.context == "context"
    assert task.parameters.names == ("a", "b")
    assert task.parameters.bind((1, 2), {}) == {"a": 1, "b": 2}
    assert "context" not in task.signature
    assert "context" not in task.parameters.schema()["properties"]

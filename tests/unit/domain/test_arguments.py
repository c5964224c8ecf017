"""Arguments: what fits travels and arrives as it was, what does not is refused at the submit."""

from __future__ import annotations

import decimal
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr

from ferryman.domain.errors import InvalidArguments
from tests.unit.domain.kinds import (
    Address,
    Color,
    Context,
    Level,
    Measure,
    Pair,
    Point,
    User,
    nested,
    parameters,
    taking,
)

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, 5),
        (int, 2**100),
        (int, -(2**100)),
        (float, 1.5),
        (float, 1e308),
        (bool, True),
        (str, 'ü 🚢 "quoted" \x00'),
        (str, "NaN"),
        (None | int, None),
        (int | str, "1"),
        (int | str, 1),
        (bytes, b"ab"),
        (datetime, datetime(2030, 1, 1, tzinfo=UTC)),
        (date, date(2030, 1, 1)),
        (time, time(1, 2, 3)),
        (timedelta, timedelta(seconds=90.5)),
        (uuid.UUID, uuid.UUID(int=5)),
        (decimal.Decimal, decimal.Decimal("1.10")),
        (Path, Path("/a")),
        (Color, Color.RED),
        (Level, Level.HIGH),
        (Literal["a", 1], "a"),
        (Point, Point(1, 2)),
        (Pair, Pair(1, "b")),
        (Address, Address(street="s", since=datetime(2030, 1, 1, tzinfo=UTC))),
        (User, User(name="ada", address=Address(street="s"), homePage="h")),
        (list[Point], [Point(1), Point(2)]),
        (dict[str, User], {"a": User(name="ada", homePage="h")}),
        (dict[int, int], {1: 2}),
        (dict[Level, Color], {Level.LOW: Color.BLUE}),
        (tuple[int, str], (1, "a")),
        (set[int], {1, 2}),
        (Sequence[int], [1]),
        (Mapping[str, int], {"a": 1}),
        (Annotated[int, Field(gt=0)], 1),
        (Any, {"a": [1, None, True, "x", 2**100]}),
        (Any, nested(63)),
    ],
)
def test_what_fits_arrives_as_it_was(kind: Any, value: Any) -> None:
    task = taking(kind)
    text = task.write({"x": value})
    task.check(text)
    arrived = task.read(text)["x"]
    assert arrived == value
    assert type(arrived) is type(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, "1"),
        (int, 1.0),
        (int, True),
        (int, None),
        (int, Color.RED),
        (float, "1.5"),
        (float, NAN),
        (float, INF),
        (list[float], [1.0, NAN]),
        (bool, 1),
        (bool, "true"),
        (str, 1),
        (str, b"a"),
        (datetime, "2030-01-01T00:00:00Z"),
        (datetime, 5),
        (uuid.UUID, str(uuid.UUID(int=5))),
        (Color, "red"),
        (Color, Level.LOW),
        (Point, Address(street="s")),
        (list[int], (1,)),
        (list[int], [1.0]),
        (Literal["a"], "b"),
        (Annotated[int, Field(gt=0)], 0),
    ],
)
def test_what_does_not_fit_is_refused_where_it_is(kind: Any, value: Any) -> None:
    with pytest.raises(InvalidArguments, match="the arguments do not fit task 'task'") as caught:
        taking(kind).write({"x": value})
    assert all(problem.pointer.startswith("/x") and problem.detail for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (str, "half \ud800", "cannot be written as JSON"),
        (bytes, b"\xff", "cannot be written as JSON"),
        (Any, object(), "cannot be written as JSON"),
        (Any, {object(): 1}, "cannot be written as JSON"),
        (Point, Point("1"), "cannot be written as JSON"),  # type: ignore[arg-type]
        (Any, NAN, "NaN and Infinity have no JSON form; send null or a text"),
        (dict, {"a": [INF]}, "NaN and Infinity have no JSON form"),
        (Any, Address, "cannot be written as JSON"),
        (Measure, Measure(value=NAN), "NaN has no JSON form"),
        (Any, nested(64), "nested deeper than 64 levels"),
        (Any, nested(1_000), "cannot be written as JSON"),
        (SecretStr, SecretStr("secret"), "a secret does not travel"),
    ],
)
def test_what_would_arrive_as_something_else_is_refused(kind: Any, value: Any, reason: str) -> None:
    with pytest.raises(InvalidArguments, match=reason) as caught:
        taking(kind).write({"x": value})
    assert "secret'" not in str(caught.value)


def test_what_contains_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(InvalidArguments, match="cannot be written as JSON"):
        taking(Any).write({"x": ring})


def test_ten_stars_are_a_text_like_any_other() -> None:
    assert taking(str).write({"x": "**********"}) == '{"x":"**********"}'


def test_null_beside_numbers_is_no_mistake() -> None:
    assert taking(Any).write({"x": [None, 1.5]}) == '{"x":[null,1.5]}'


@given(st.integers())
def test_a_whole_number_of_any_size_survives(number: int) -> None:
    task = taking(int)
    assert task.read(task.write({"x": number})) == {"x": number}


@given(st.text())
def test_any_text_survives(text: str) -> None:
    task = taking(str)
    assert task.read(task.write({"x": text})) == {"x": text}


@pytest.mark.parametrize(
    ("text", "pointer", "reason"),
    [
        ('{"x": "1"}', "/x", "valid integer"),
        ('{"x": 1.0}', "/x", "valid integer"),
        ('{"x": true}', "/x", "valid integer"),
        ('{"x": 1, "zzz": 2}', "/zzz", "not permitted"),
        ("{}", "/x", "required"),
        ('{"x": NaN}', "", "NaN has no JSON form"),
        ('{"x": ' + "[" * 65 + "]" * 65 + "}", "", "nested deeper than 64"),
        ('{"x": 1', "", "Invalid JSON"),
        ("[]", "", "object"),
        ("null", "", "object"),
        ("", "", "Invalid JSON"),
        ('{"x": "\\ud800"}', "", "Invalid JSON"),
    ],
)
def test_json_that_does_not_fit_is_refused_where_it_is(text: str, pointer: str, reason: str) -> None:
    with pytest.raises(InvalidArguments) as caught:
        taking(int).check(text)
    [problem] = caught.value.problems
    assert problem.pointer == pointer
    assert reason in problem.detail


def test_every_misfit_is_told_at_once() -> None:
    def send(to: str, count: int) -> None: ...

    with pytest.raises(InvalidArguments) as caught:
        parameters(send).check('{"to": 5, "count": "x", "zzz": 1}')
    assert [problem.pointer for problem in caught.value.problems] == ["/to", "/count", "/zzz"]


def test_a_pointer_is_escaped_after_rfc_6901() -> None:
    with pytest.raises(InvalidArguments) as caught:
        taking(dict[str, int]).check('{"x": {"a/b": "", "c~d": ""}}')
    assert [problem.pointer for problem in caught.value.problems] == ["/x/a~1b", "/x/c~0d"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (datetime, '"2030-01-01T00:00:00Z"', datetime(2030, 1, 1, tzinfo=UTC)),
        (uuid.UUID, '"00000000-0000-0000-0000-000000000005"', uuid.UUID(int=5)),
        (Color, '"red"', Color.RED),
        (Level, "2", Level.HIGH),
        (float, "1", 1.0),
        (Point, '{"x": 1}', Point(1)),
        (User, '{"name": "ada", "homePage": "h"}', User(name="ada", homePage="h")),
        (tuple[int, ...], "[1, 2]", (1, 2)),
    ],
)
def test_json_from_outside_becomes_the_tasks_own_types(kind: Any, text: str, value: Any) -> None:
    assert taking(kind).read(f'{{"x": {text}}}') == {"x": value}


def send(to: str, context: Context, subject: str = "Hello", *, copies: int = 1) -> None:
    """Take arguments of each kind."""


@pytest.mark.parametrize(
    ("args", "kwargs", "bound"),
    [
        (("a",), {}, {"to": "a"}),
        (("a", "s"), {}, {"to": "a", "subject": "s"}),
        ((), {"to": "a", "copies": 2}, {"to": "a", "copies": 2}),
        (("a",), {"subject": "s"}, {"to": "a", "subject": "s"}),
    ],
)
def test_arguments_are_bound_by_place_and_by_name(args: Any, kwargs: Any, bound: Any) -> None:
    assert parameters(send).bind(args, kwargs) == bound


@pytest.mark.parametrize(
    ("args", "kwargs", "pointer", "reason"),
    [
        (("a", "s", 3), {}, "", "takes 2 positional arguments, got 3"),
        (("a",), {"to": "b"}, "/to", "given twice"),
        ((), {}, "/to", "Field required"),
        (("a",), {"zzz": 1}, "/zzz", "not permitted"),
        (("a",), {"context": Context()}, "/context", "not permitted"),
    ],
)
def test_arguments_that_cannot_be_bound_are_refused(args: Any, kwargs: Any, pointer: str, reason: str) -> None:
    task = parameters(send)
    with pytest.raises(InvalidArguments) as caught:
        task.write(task.bind(args, kwargs))
    assert [problem.pointer for problem in caught.value.problems] == [pointer]
    assert reason in caught.value.problems[0].detail


def test_a_default_is_left_to_the_function() -> None:
    task = parameters(send)
    assert task.write(task.bind(("a",), {})) == '{"to":"a"}'
    assert task.read('{"to":"a"}') == {"to": "a"}


def test_a_task_without_arguments_takes_none() -> None:
    def nothing() -> None: ...

    task = parameters(nothing)
    assert task.write({}) == "{}"
    assert task.read("{}") == {}
    for refused in (lambda: task.write({"x": 1}), lambda: task.check('{"x": 1}'), lambda: task.bind((1,), {})):
        action: Callable[[], object] = refused
        with pytest.raises(InvalidArguments):
            action()

"""Results: what a task returns travels, and arrives as its annotation says."""

from __future__ import annotations

import decimal
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from pydantic import PlainSerializer, WithJsonSchema
from pydantic.functional_validators import PlainValidator

from ferryman.domain.errors import InvalidResult
from tests.unit.domain.kinds import Address, Color, Level, Measure, Pair, Point, Unfit, User, nested, returning

NAN = float("nan")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (None, None),
        (int, 2**100),
        (float, 1.5),
        (str, "NaN and ü 🚢"),
        (str, "Infinity"),
        (datetime, datetime(2030, 1, 1, tzinfo=UTC)),
        (uuid.UUID, uuid.UUID(int=5)),
        (decimal.Decimal, decimal.Decimal("1.10")),
        (Color, Color.RED),
        (Level, Level.LOW),
        (Point, Point(1, 2)),
        (Pair, Pair(1, "b")),
        (User, User(name="ada", address=Address(street="s"), homePage="h")),
        (list[User], [User(name="NaN", homePage="Infinity")]),
        (tuple[int, str], (1, "a")),
        (set[int], {1, 2}),
        (int | None, None),
        (Any, {"a": [1, None, True, "x", 2**100]}),
        (Any, nested(64)),
    ],
)
def test_a_result_arrives_as_it_was(kind: Any, value: Any) -> None:
    task = returning(kind)
    arrived = task.read_result(task.write_result(value))
    assert arrived == value
    assert type(arrived) is type(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Point(1), '{"x":1,"y":0}'),
        (Color.RED, '"red"'),
        ((1, 2), "[1,2]"),
        ({1: 2}, '{"1":2}'),
        (User(name="ada", homePage="h"), '{"name":"ada","address":null,"homePage":"h"}'),
    ],
)
def test_without_an_annotation_a_result_is_plain_json(value: Any, text: str) -> None:
    assert returning(Any).write_result(value) == text


@pytest.mark.parametrize("value", [object(), b"\xff", {object(): 1}, nested(65), nested(220), nested(1_000), len])
def test_what_json_cannot_carry_is_refused(value: Any) -> None:
    with pytest.raises(InvalidResult, match=r"task 'task' returned .*(which JSON cannot carry|nested deeper than 64)"):
        returning(Any).write_result(value)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Any, NAN, "null"),
        (Any, {"a": [float("inf"), 1]}, '{"a":[null,1]}'),
        (float, NAN, "null"),
        (Measure, Measure(value=NAN), '{"value":null}'),
        (list[Measure], [Measure(value=-float("inf")), Measure(value=1)], '[{"value":null},{"value":1.0}]'),
    ],
)
def test_what_is_no_number_is_written_as_null(kind: Any, value: Any, text: str) -> None:
    assert returning(kind).write_result(value) == text


@pytest.mark.parametrize(("kind", "value"), [(int, "x"), (int, None), (Point, 5), (datetime, "soon"), (None, 5)])
def test_a_value_of_another_type_is_kept_and_told_when_it_is_read(kind: Any, value: Any) -> None:
    task = returning(kind)
    text = task.write_result(value)
    with pytest.raises(InvalidResult, match="does not fit its annotation"):
        task.read_result(text)


def test_a_type_that_says_how_it_travels_may_be_any() -> None:
    kind = Annotated[
        Unfit,
        PlainValidator(lambda text: Unfit()),
        PlainSerializer(lambda value: "NaN is no number", return_type=str),
        WithJsonSchema({"type": "string"}),
    ]
    task = returning(kind)
    text = task.write_result(Unfit())
    assert text == '"NaN is no number"'
    assert isinstance(task.read_result(text), Unfit)

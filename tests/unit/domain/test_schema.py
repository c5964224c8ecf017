"""The JSON schema of a task's arguments: what is taken, what is required, and what stands in for what is left out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from tests.unit.domain.kinds import Color, Context, Point, parameters


def member(kind: Any, default: Any) -> dict[str, Any]:
    """Return the schema of an argument of a kind with a default."""

    def task(x: Any = default) -> None: ...

    task.__annotations__["x"] = kind
    schema: dict[str, Any] = parameters(task).schema()["properties"]["x"]
    return schema


def test_the_schema_names_what_is_taken_and_required() -> None:
    def send(to: str, context: Context, subject: str = "Hello", *, copies: int = 1) -> None: ...

    schema = parameters(send).schema()
    assert sorted(schema["properties"]) == ["copies", "subject", "to"]
    assert schema["required"] == ["to"]
    assert schema["additionalProperties"] is False
    assert "default" not in schema["properties"]["to"]


@pytest.mark.parametrize(
    ("kind", "default", "told"),
    [
        (int, 2**100, 2**100),
        (str, "d", "d"),
        (int | None, None, None),
        (list[str], [], []),
        (date, date(2030, 1, 1), "2030-01-01"),
        (Color, Color.RED, "red"),
        (Point, Point(1, 2), {"x": 1, "y": 2}),
    ],
)
def test_the_schema_tells_what_is_taken_for_an_argument_that_is_left_out(kind: Any, default: Any, told: Any) -> None:
    assert member(kind, default)["default"] == told


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize(
    ("kind", "default"),
    [(Any, ENDLESS), (float, float("inf")), (SecretStr, SecretStr("x")), (Any, object())],
    ids=["endless", "infinite", "secret", "object"],
)
def test_a_default_that_json_cannot_write_or_that_is_secret_is_not_told(kind: Any, default: Any) -> None:
    assert "default" not in member(kind, default)

"""Types that tasks in these tests take and return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from ferryman.domain.arguments import Parameters
from ferryman.domain.task import define_task


class Context:
    """Stands for the type that is injected."""


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Point:
    x: int
    y: int = 0


class Pair(NamedTuple):
    first: int
    second: str


class Address(BaseModel):
    street: str
    since: datetime | None = None


class User(BaseModel):
    name: str
    address: Address | None = None
    home_page: str = Field(default="none", alias="homePage")


class Measure(BaseModel):
    model_config = ConfigDict(ser_json_inf_nan="constants")
    value: float


class Unfit:
    """Nothing that JSON or pydantic knows."""


def nested(levels: int) -> Any:
    """Return a value of so many lists in each other."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def taking(kind: Any) -> Parameters:
    """Return the parameters of a task with one argument, `x`."""

    def task(x: Any) -> None: ...

    task.__annotations__["x"] = kind
    return parameters(task)


def returning(kind: Any) -> Parameters:
    """Return the parameters of a task that returns a kind."""

    def task() -> Any: ...

    task.__annotations__["return"] = kind
    return parameters(task)


def parameters(function: Callable[..., Any]) -> Parameters:
    """Return the parameters of a function as a task."""
    return define_task(function, Context).parameters

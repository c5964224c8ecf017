"""A value on the command line becomes what the task's annotation says."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

import pytest

from ferryman import Context
from ferryman.cli.arguments import read_arguments
from ferryman.domain.errors import InvalidOption
from ferryman.domain.task import Task, define_task


class Colour(StrEnum):
    RED = "red"


def example(  # noqa: PLR0913  # one parameter for each kind of annotation
    text: str = "",
    number: int = 0,
    share: float = 0.0,
    flag: bool = False,
    perhaps: str | None = None,
    many: list[int] | None = None,
    either: int | str = 0,
    anything: Any = None,
    when: datetime | None = None,
    colour: Colour = Colour.RED,
    mode: Literal["1", "2"] = "1",
    level: Literal[1, 2] = 1,
) -> None: ...


TASK: Task = define_task(example, Context)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("text=5", "5"),
        ("text=true", "true"),
        ("text=a=b", "a=b"),
        ("text=", ""),
        ("number=5", 5),
        ("number=123456789012345678901234567890", 123456789012345678901234567890),
        ("share=5", 5),
        ("share=0.5", 0.5),
        ("flag=true", True),
        ("flag=False", False),
        ("perhaps=null", None),
        ("perhaps=5", "5"),
        ("many=[1,2]", [1, 2]),
        ("many=None", None),
        ("either=5", 5),
        ("either=five", "five"),
        ('anything={"a": 1}', {"a": 1}),
        ("anything=plain", "plain"),
        ("when=2030-01-31T09:00:00Z", "2030-01-31T09:00:00Z"),
        ("colour=red", "red"),
        ("mode=1", "1"),
        ("level=1", 1),
    ],
)
def test_a_value_is_read_as_its_annotation_says(word: str, expected: object) -> None:
    text = read_arguments([word], None, TASK)
    assert json.loads(text) == {word.partition("=")[0]: expected}
    TASK.parameters.check(text)


def test_without_the_task_what_reads_as_json_is_json() -> None:
    text = read_arguments(["n=5", "to=ada@example.com", "on=true"], None, None)
    assert json.loads(text) == {"n": 5, "to": "ada@example.com", "on": True}


@pytest.mark.parametrize(
    ("words", "json_text", "said"),
    [
        (["text"], None, "write name=value"),
        (["text=a", "text=b"], None, "given twice"),
        (["text=a"], "{}", "not both"),
    ],
)
def test_what_is_no_argument_says_how_to_write_one(words: list[str], json_text: str | None, said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        read_arguments(words, json_text, TASK)

"""The curl line of `ferryman dev` is one that the API takes."""

from __future__ import annotations

import json
from typing import Literal

from ferryman import Ferryman
from ferryman.cli.sample import sample_body


def test_a_task_without_arguments_comes_first() -> None:
    ferry = Ferryman("sqlite://")

    @ferry.task
    async def needs(to: str) -> None: ...

    @ferry.task
    async def ready(n: int = 1) -> None: ...

    assert sample_body(ferry) == '{"task": "ready"}'


def test_arguments_are_guessed_and_checked() -> None:
    ferry = Ferryman("sqlite://")

    @ferry.task
    async def send(to: str, n: int, share: float, on: bool, mode: Literal["a"], many: list[int]) -> None: ...

    body = sample_body(ferry)
    assert body is not None
    args = json.loads(body)["args"]
    assert args["to"] == "ada@example.com"
    ferry.describe("send", json.dumps(args))


def test_what_cannot_be_guessed_is_left_out() -> None:
    ferry = Ferryman("sqlite://")

    @ferry.task
    async def picky(pair: tuple[int, str]) -> None: ...

    assert sample_body(ferry) is None
    assert sample_body(Ferryman("sqlite://")) is None

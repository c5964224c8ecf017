"""The garbage collector is spared, unless somebody knows better."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from ferryman import collector


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    gc.unfreeze()
    yield
    gc.enable()
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_is_there_is_passed_over_and_what_comes_is_looked_at_less_often() -> None:
    gc.set_threshold(700, 10, 10)
    collector.spare()
    assert gc.get_freeze_count() > 1_000
    assert gc.get_threshold() == (10_000, 50, 20)


def test_who_tuned_it_is_left_alone() -> None:
    gc.set_threshold(1_234, 5, 6)
    collector.spare()
    assert gc.get_threshold() == (1_234, 5, 6)
    assert gc.get_freeze_count() == 0


def test_who_switched_it_off_is_left_alone() -> None:
    gc.set_threshold(700, 10, 10)
    gc.disable()
    collector.spare()
    assert gc.get_threshold() == (700, 10, 10)
    assert gc.get_freeze_count() == 0


def test_garbage_in_cycles_is_still_collected() -> None:
    gc.set_threshold(700, 10, 10)
    collector.spare()
    ended = []

    class Link:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            ended.append(True)

    for _ in range(20_000):
        Link()
    assert ended

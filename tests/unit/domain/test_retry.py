"""Retry: which errors, how often, after how long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferryman.domain.errors import InvalidOption
from ferryman.domain.retry import Retry

DICE = st.floats(0, 1, exclude_max=True)


def test_every_error_is_retried_unless_told_otherwise() -> None:
    assert Retry().covers(ValueError())
    assert Retry().covers(asyncio.CancelledError())


def test_never_excludes_an_error_and_its_subclasses() -> None:
    policy = Retry().never(ValueError, OSError)
    assert not policy.covers(ValueError())
    assert not policy.covers(UnicodeError())
    assert not policy.covers(ConnectionError())
    assert policy.covers(KeyError())


def test_on_names_the_only_errors_that_are_retried() -> None:
    policy = Retry().on(ConnectionError).on(TimeoutError)
    assert policy.covers(ConnectionResetError())
    assert policy.covers(TimeoutError())
    assert not policy.covers(ValueError())


def test_never_wins_over_on() -> None:
    assert not Retry().on(Exception).never(ValueError).covers(ValueError())
    assert Retry().on(Exception).never(ValueError).covers(KeyError())


def test_a_policy_is_not_changed_by_deriving_another() -> None:
    policy = Retry(5, backoff="2s..1h")
    derived = policy.never(ValueError)
    assert policy.covers(ValueError())
    assert (derived.retries, derived.wait(1, 0.5)) == (5, policy.wait(1, 0.5))


@given(st.integers(1, 2_000), DICE)
def test_a_wait_is_between_zero_and_the_longest(retry: int, dice: float) -> None:
    assert 0 <= Retry(backoff="1s..10m").wait(retry, dice) < 600


@pytest.mark.parametrize(("retry", "grown"), [(1, 1), (2, 2), (3, 4), (4, 8), (10, 512), (11, 600), (1_000, 600)])
def test_the_wait_doubles_until_the_longest(retry: int, grown: float) -> None:
    assert Retry(backoff="1s..10m").wait(retry, 0.5) == grown / 2
    assert Retry(backoff="1s..10m").wait(retry, 0.0) == 0


@pytest.mark.parametrize("backoff", ["5s", 5, "5s..5s"])
def test_a_constant_wait_has_no_jitter(backoff: Any) -> None:
    assert {Retry(backoff=backoff).wait(retry, dice) for retry in (1, 2, 50) for dice in (0.0, 0.9)} == {5.0}


def test_there_may_be_no_wait_at_all() -> None:
    assert Retry(backoff=0).wait(3, 0.9) == 0
    assert Retry(backoff="0s..10s").wait(3, 0.9) == 0


@pytest.mark.parametrize(
    ("backoff", "message"),
    [
        ("10m..1s", "backoff '10m..1s' starts above its end: write 1s..10m"),
        ("..", "is no duration"),
        ("1s..", "is no duration"),
        ("1s..2s..3s", "is no duration"),
        (None, "is no duration"),
        (-1, "must not be negative"),
        ("1s..99999w", "at most ten years"),
    ],
)
def test_a_bad_backoff_is_refused(backoff: Any, message: str) -> None:
    with pytest.raises(InvalidOption, match=message) as caught:
        Retry(backoff=backoff)
    assert caught.value.option == "backoff"


@pytest.mark.parametrize(
    ("retries", "message"),
    [
        (-1, "from 0 to 1000, got -1"),
        (1_001, "from 0 to 1000, got 1001"),
        (True, "a whole number, got True"),
        ("3", "a whole number, got '3'"),
        pytest.param(10**5_000, "from 0 to 1000", id="too many digits"),
    ],
)
def test_a_bad_number_of_retries_is_refused(retries: Any, message: str) -> None:
    with pytest.raises(InvalidOption, match=f"retries must be {message}"):
        Retry(retries)


@pytest.mark.parametrize("error", [ValueError(), "ValueError", 5, int])
def test_what_is_no_exception_class_is_refused(error: Any) -> None:
    for method in (Retry().on, Retry().never):
        with pytest.raises(InvalidOption, match="is no exception class: pass classes such as ValueError"):
            method(error)

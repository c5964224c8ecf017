"""Outcomes, and errors as the text that a job keeps."""

from __future__ import annotations

import json

import pytest

from ferryman.domain.errors import InvalidOption
from ferryman.domain.lease import Lease
from ferryman.domain.outcome import (
    LONGEST_MESSAGE,
    LONGEST_TRACEBACK,
    Ending,
    Outcome,
    Snooze,
    describe_error,
    error_text,
)

LEASE = Lease("id", 1, 5)


class Custom(Exception):
    """An error of the user's."""


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


class Rude(Exception):
    def __str__(self) -> str:
        no_text: object = 5
        return no_text  # type: ignore[return-value]  # what this is about


def raised(error: BaseException) -> BaseException:
    """Return an error that has a traceback."""
    try:
        raise error
    except BaseException as caught:
        return caught


def test_each_constructor_says_how_it_ended() -> None:
    outcomes = [
        Outcome.completed(LEASE, "1"),
        Outcome.retried(LEASE, "{}", 5.0),
        Outcome.failed(LEASE, "{}"),
        Outcome.snoozed(LEASE, 5.0),
        Outcome.released(LEASE),
        Outcome.cancelled(LEASE, "{}"),
    ]
    assert [outcome.ending for outcome in outcomes] == [ending for ending in Ending if ending is not Ending.CRASHED]
    assert {outcome.lease for outcome in outcomes} == {LEASE}
    assert [outcome.delay for outcome in outcomes] == [0, 5, 0, 5, 0, 0]
    assert [outcome.result for outcome in outcomes] == ["1", None, None, None, None, None]


def test_an_error_is_described_by_type_message_and_traceback() -> None:
    described = json.loads(describe_error(raised(ValueError("too late"))))
    assert (described["type"], described["message"]) == ("ValueError", "too late")
    assert described["traceback"].startswith("Traceback (most recent call last)")
    assert described["traceback"].endswith("ValueError: too late\n")


def test_an_error_of_ones_own_is_named_with_its_module() -> None:
    assert json.loads(describe_error(Custom()))["type"] == f"{__name__}.Custom"


@pytest.mark.parametrize("error", [Mute(), Rude()])
def test_an_error_that_cannot_be_written_is_described_by_that(error: Exception) -> None:
    described = json.loads(describe_error(raised(error)))
    assert described["type"] == f"{__name__}.{type(error).__name__}"
    assert described["message"].startswith("<str() of the exception raised ")
    assert "raised" in described["traceback"]


def test_a_huge_message_is_cut() -> None:
    described = describe_error(raised(ValueError("x" * 10_000_000)))
    assert json.loads(described)["message"] == "x" * LONGEST_MESSAGE + "..."
    assert len(described) < LONGEST_MESSAGE + LONGEST_TRACEBACK + 1_000


def test_a_long_traceback_keeps_its_end() -> None:
    described = json.loads(error_text("E", "m", "first line\n" + "x" * LONGEST_TRACEBACK + "last line"))
    assert described["traceback"].startswith("...\n")
    assert described["traceback"].endswith("last line")
    assert "first line" not in described["traceback"]


def test_a_chain_of_errors_is_in_the_traceback() -> None:
    try:
        try:
            raise KeyError("first")
        except KeyError as cause:
            raise Custom("second") from cause
    except Custom as error:
        trace = json.loads(describe_error(error))["traceback"]
    assert "KeyError: 'first'" in trace
    assert "direct cause" in trace


@pytest.mark.parametrize("message", ["ü 🚢", 'quoted "text"', "nul \x00", "line\nline"])
def test_a_message_survives(message: str) -> None:
    assert json.loads(describe_error(ValueError(message)))["message"] == message


def test_half_a_character_is_written_as_an_escape() -> None:
    text = describe_error(ValueError("half \ud800"))
    assert json.loads(text)["message"] == "half \\ud800"
    text.encode()


def test_an_error_that_ends_the_process_is_described_too() -> None:
    assert json.loads(describe_error(KeyboardInterrupt()))["type"] == "KeyboardInterrupt"
    assert json.loads(describe_error(ExceptionGroup("several", [ValueError("one")])))["type"] == "ExceptionGroup"


def test_a_snooze_takes_a_duration() -> None:
    assert Snooze("30s").delay == 30
    assert str(Snooze("30s")) == "snoozed for 30s"
    assert str(Snooze(5, "not ready")) == "not ready"
    with pytest.raises(InvalidOption, match="delay 'soon' is no duration"):
        Snooze("soon")

"""Text is found in the type and the message of an error, not in its traceback, however the error is written."""

from __future__ import annotations

import json

import pytest

from ferryman.domain.outcome import error_text
from ferryman.store.error_text import says

ERROR = error_text("app.TimeoutError", 'no "answer"\nfrom C:\\mail/é within 5 s', "Traceback: secret, message")


@pytest.mark.parametrize(
    "text",
    [
        *("TimeoutError", "timeouterror", "TIMEOUT", "no ", '"answer"', "answer", "\n", "C:\\mail", "c:\\MAIL/", "é w"),
        *("é", "é within", ":", "/", "timeouterror: no", "5 s"),
    ],
)
def test_what_is_in_the_type_or_the_message_is_found(text: str) -> None:
    assert says(ERROR, text)


@pytest.mark.parametrize("text", ["secret", "Traceback", "message", "type", "no answer", "É", "nfrom", "5 s ", '", "'])
def test_what_is_elsewhere_or_nowhere_is_not(text: str) -> None:
    assert not says(ERROR, text)


@pytest.mark.parametrize("indent", [None, 2])
def test_the_order_of_the_members_and_the_spacing_mean_nothing(indent: int | None) -> None:
    error = json.dumps({"traceback": "secret", "message": "the worker died", "type": "WorkerDied"}, indent=indent)
    assert says(error, "workerdied: THE worker")
    assert not says(error, "secret")


@pytest.mark.parametrize("error", ["", "{}", "no json", '{"type": "E"}', '{"type": 7, "message": "x"}', "[]", "null"])
def test_what_is_no_error_has_no_text(error: str) -> None:
    assert not says(error, "x")


def test_letters_other_than_a_to_z_stay_as_they_are() -> None:
    # Else stores would differ in what they find: not each of them knows of letters beyond.
    assert not says(error_text("E", "Kelvin \u212a"), "kelvin k")
    assert says(error_text("E", "İx"), "İX")

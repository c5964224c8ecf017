"""An error is three lines: what, why, what to do. Each kind has its exit code."""

from __future__ import annotations

import pytest

from ferryman.cli.failures import ExitCode, Failure, report
from ferryman.domain.errors import (
    ArgumentProblem,
    InvalidArguments,
    InvalidOption,
    JobNotFound,
    ResultTimeout,
    StoreIncompatible,
    StoreMisconfigured,
    StoreUnavailable,
    UnknownTask,
)
from ferryman.loader import AppNotLoaded

ERRORS = [
    (UnknownTask("sendemail", ["send_email"]), ExitCode.NOT_FOUND, "Did you mean 'send_email'?"),
    (UnknownTask("x", []), ExitCode.NOT_FOUND, "ferryman tasks ls"),
    (InvalidArguments("t", [ArgumentProblem("/n", "must be a number")]), ExitCode.USAGE, "ferryman tasks schema t"),
    (InvalidOption("priority", "priority must be from 0 to 9, got 12"), ExitCode.USAGE, "--help"),
    (JobNotFound("1"), ExitCode.NOT_FOUND, "ferryman jobs ls"),
    (ResultTimeout("it did not end"), ExitCode.TIMEOUT, "ferryman jobs watch"),
    (StoreUnavailable("locked"), ExitCode.STORE, "--no-retry"),
    (StoreMisconfigured("wrong"), ExitCode.STORE, "--url"),
    (StoreIncompatible("newer"), ExitCode.STORE, "Upgrade"),
    (AppNotLoaded("no app", "not there", "Look elsewhere."), ExitCode.USAGE, "Look elsewhere."),
    (Failure("no", "because", "Do that.", ExitCode.REFUSED), ExitCode.REFUSED, "Do that."),
]


@pytest.mark.parametrize(("error", "code", "fix"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_is_three_lines(
    error: Exception, code: ExitCode, fix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error, debug=False) == code
    what, why, do = capsys.readouterr().err.splitlines()
    assert what.startswith("error: ")
    assert why.startswith("  why: ")
    assert len(why) > 7
    assert do.startswith("  fix: ")
    assert fix in do


def test_debug_shows_the_traceback_above_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise JobNotFound("1")
    except JobNotFound as error:
        report(error, debug=True)
    assert capsys.readouterr().err.startswith("Traceback")


def test_what_nobody_foresaw_is_called_a_bug(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(ZeroDivisionError("x"), debug=False) == ExitCode.FAILED
    said = capsys.readouterr().err
    assert "ZeroDivisionError: x" in said
    assert "bug in Ferryman" in said

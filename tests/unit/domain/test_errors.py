"""Errors: the tree, the messages, and that they travel."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from ferryman.domain import errors
from ferryman.domain.errors import (
    ArgumentProblem,
    FerrymanError,
    InvalidArguments,
    InvalidInput,
    InvalidOption,
    JobCancelled,
    JobFailed,
    JobNotFound,
    LeaseLost,
    StoreUnavailable,
    UnknownTask,
    did_you_mean,
    shown,
)
from ferryman.domain.outcome import Cancel, Snooze

MADE = [
    InvalidOption("queue", "no good"),
    InvalidArguments("send", [ArgumentProblem("/to", "missing")]),
    UnknownTask("snd", ["send", "receive"]),
    JobNotFound("5"),
    JobFailed("5", "send", "ValueError", "no"),
    JobCancelled("5", "send", "Cancelled", "no"),
    LeaseLost("lost"),
    StoreUnavailable("down"),
    Snooze("30s", "not ready"),
    Cancel("gone"),
]


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = [line.strip("│├└─ ").split()[0] for line in (errors.__doc__ or "").splitlines() if "──" in line]
    defined = [
        name
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, FerrymanError) and kind is not FerrymanError
    ]
    assert sorted(drawn) == sorted(defined)


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("travel", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_survives_a_copy_and_another_process(error: Exception, travel: object) -> None:
    assert callable(travel)
    arrived = travel(error)
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)


def test_each_error_is_also_the_builtin_one_that_people_expect() -> None:
    assert issubclass(InvalidInput, ValueError)
    assert issubclass(errors.TaskDefinitionError, TypeError)
    assert issubclass(JobNotFound, LookupError)
    assert issubclass(errors.ResultTimeout, TimeoutError)


def test_an_unknown_task_suggests_the_near_ones() -> None:
    error = UnknownTask("send_emial", ["send_email", "resize"])
    assert str(error) == "no task is named 'send_emial'. Did you mean 'send_email'?"
    assert error.near == ("send_email",)


def test_an_unknown_task_without_a_near_one_lists_some() -> None:
    assert str(UnknownTask("zzz", ["b", "a"])) == "no task is named 'zzz'. Known tasks: a, b."
    assert str(UnknownTask("zzz", [f"a{n:02}" for n in range(20)])).endswith("a09, ....")
    assert str(UnknownTask("zzz", [])) == "no task is named 'zzz'."


def test_every_misfit_of_the_arguments_is_told() -> None:
    error = InvalidArguments("send", [ArgumentProblem("/to", "missing"), ArgumentProblem("", "no object")])
    assert str(error) == "the arguments do not fit task 'send': /to: missing; /: no object"


def test_a_suggestion_comes_only_for_something_near() -> None:
    assert did_you_mean("qeue", ["queue", "delay"]) == " Did you mean 'queue'?"
    assert did_you_mean("zzz", ["queue", "delay"]) == ""


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


def test_a_value_is_shown_short_and_without_another_error() -> None:
    assert shown("a") == "'a'"
    assert len(shown("x" * 1_000)) == 80
    assert shown(10**5_000) == "<int>"
    assert shown(Broken()) == "<Broken>"

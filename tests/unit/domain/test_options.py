"""Options: each bad value is refused with a message that names it and says what would be right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ferryman.domain.errors import InvalidOption
from ferryman.domain.job import NewJob
from ferryman.domain.options import NO_OPTIONS, Options

NAME = r"is no name: use 1 to 128 letters, digits and _ \. : - \(no spaces, no slashes\)"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("queue", "", f"queue '' {NAME}"),
        ("queue", "a/b", NAME),
        ("queue", "two words", f"queue 'two words' {NAME}"),
        ("queue", "-first", NAME),
        ("queue", "line\n", NAME),
        ("queue", "ü", NAME),
        ("queue", "x" * 129, NAME),
        ("queue", 5, f"queue 5 {NAME}"),
        ("priority", 10, "priority must be from 0 to 9, got 10"),
        ("priority", -1, "priority must be from 0 to 9, got -1"),
        pytest.param("priority", 10**5_000, "priority must be from 0 to 9", id="too many digits"),
        ("priority", True, "priority must be a whole number, got True"),
        ("priority", "5", "priority must be a whole number, got '5'"),
        ("priority", 5.0, "priority must be a whole number, got 5.0"),
        ("delay", -1, "delay must not be negative, got -1"),
        ("delay", "soon", "delay 'soon' is no duration"),
        ("delay", 10**400, "delay must be at most ten years"),
        ("run_at", "tomorrow", "run_at 'tomorrow' is no time"),
        ("run_at", "2030-01-01T00:00:00", "run_at 2030-01-01T00:00:00 has no time zone"),
        ("run_at", 10**400, "run_at 1000.* is out of range"),
        ("timeout", 0, "timeout must be longer than 0"),
        ("timeout", "0s", "timeout must be longer than 0"),
        ("timeout", -5, "timeout must not be negative, got -5"),
        ("retries", -1, "retries must be from 0 to 1000, got -1"),
        ("retries", 1_001, "retries must be from 0 to 1000, got 1001"),
        ("retries", 1.0, "retries must be a whole number, got 1.0"),
        ("crashes", -1, "crashes must be from 0 to 1000, got -1"),
        ("crashes", None.__class__, "crashes must be a whole number"),
        ("key", "", "key must be text of 1 to 256 characters, got ''"),
        ("key", "x" * 257, "key must be text of 1 to 256 characters"),
        ("key", 5, "key must be text of 1 to 256 characters, got 5"),
        ("key", "nul\x00", "key must be printable text"),
        ("key", "two\nlines", "key must be printable text"),
        ("key", "half \ud800", "key must be printable text"),
        ("tags", "abc", r"tags must be a list of texts, got the text 'abc'; write \['abc'\]"),
        ("tags", 5, "tags must be a list of texts, got 5"),
        ("tags", [5], "a tag must be text of 1 to 64 characters, got 5"),
        ("tags", [""], "a tag must be text of 1 to 64 characters, got ''"),
        ("tags", ["x" * 65], "a tag must be text of 1 to 64 characters"),
        ("tags", ["\t"], "a tag must be printable text"),
        ("tags", [str(n) for n in range(17)], "a job has at most 16 tags, got 17"),
    ],
)
def test_a_bad_value_is_refused(option: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidOption, match=message) as caught:
        Options(**{option: value})
    assert caught.value.option == option
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("option", "value", "kept"),
    [
        ("queue", "mail", "mail"),
        ("queue", "a:b.c-d_9", "a:b.c-d_9"),
        ("queue", "x" * 128, "x" * 128),
        ("priority", 0, 0),
        ("priority", 9, 9),
        ("delay", "1h", 3_600.0),
        ("delay", 0, 0.0),
        ("run_at", datetime(2030, 1, 1, tzinfo=UTC), 1_893_456_000.0),
        ("timeout", "500ms", 0.5),
        ("retries", 0, 0),
        ("crashes", 1_000, 1_000),
        ("key", "k" * 256, "k" * 256),
        ("key", "ключ 🔑", "ключ 🔑"),
        ("tags", ["b", "a", "b"], ("b", "a")),
        ("tags", (), ()),
        ("tags", (str(n) for n in range(16)), tuple(str(n) for n in range(16))),
    ],
)
def test_a_good_value_is_kept_in_one_form(option: str, value: Any, kept: Any) -> None:
    assert getattr(Options(**{option: value}), option) == kept


def test_delay_and_run_at_exclude_each_other() -> None:
    with pytest.raises(InvalidOption, match="give delay or run_at, not both"):
        Options(delay=5, run_at=1_893_456_000)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("prority", "Did you mean 'priority'?"),
        ("timout", "Did you mean 'timeout'"),
        ("retry", "Did you mean 'retries'"),
        ("zzz", "Known options: queue, priority, delay, run_at, timeout, retries, crashes, key, tags, replicas."),
    ],
)
def test_an_unknown_option_is_refused_with_a_suggestion(typed: str, hint: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        Options.named({typed: 3})
    assert f"there is no option {typed!r}" in str(caught.value)
    assert hint in str(caught.value)
    assert caught.value.option == typed


def test_what_was_not_said_comes_from_the_defaults() -> None:
    assert Options(queue="a").over(Options(queue="b", priority=3)) == Options(queue="a", priority=3)
    assert Options().over(Options(priority=3)) == Options(priority=3)
    assert Options(priority=3).over(NO_OPTIONS) == Options(priority=3)


def test_zero_and_nothing_are_said_too() -> None:
    said = Options(priority=0, retries=0, crashes=0, delay=0, tags=())
    assert said.over(Options(priority=5, retries=3, crashes=3, delay=60, tags=("x",))) == said


def test_a_delay_replaces_a_default_run_at_and_the_other_way_round() -> None:
    assert Options(delay=5).over(Options(run_at=50)) == Options(delay=5)
    assert Options(run_at=50).over(Options(delay=5)) == Options(run_at=50)


def test_a_job_gets_the_general_default_for_what_nobody_said() -> None:
    job = NewJob.build("id", "task", "{}", NO_OPTIONS)
    assert (job.queue, job.priority, job.max_retries, job.max_crashes, job.tags) == ("default", 5, 3, 3, ())
    assert (job.delay, job.run_at, job.timeout, job.key) == (None, None, None, None)


def test_a_job_keeps_a_zero_that_was_said() -> None:
    job = NewJob.build("id", "task", "{}", Options(priority=0, retries=0, crashes=0, delay=0))
    assert (job.priority, job.max_retries, job.max_crashes, job.delay) == (0, 0, 0, 0.0)

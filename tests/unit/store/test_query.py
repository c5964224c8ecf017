"""A query as people type it becomes a filter, or an error that says what was meant."""

from __future__ import annotations

from typing import Any

import pytest

from ferryman.domain.errors import InvalidOption
from ferryman.domain.state import State
from ferryman.store.query import MOST_VALUES, JobFilter
from ferryman.store.query_text import parse_query

#: 2030-01-31T12:00:00Z
NOW = 1_896_091_200.0
ID = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"
DIGITS = ID.replace("-", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", JobFilter()),
        ("state:failed", JobFilter(states=(State.FAILED,))),
        ("state:failed,cancelled queue:mail", JobFilter(states=(State.FAILED, State.CANCELLED), queues=("mail",))),
        ("queue:a queue:b,a task:t", JobFilter(queues=("a", "b"), tasks=("t",))),
        ("tag:x tag:y", JobFilter(tags=("x", "y"))),
        ('tag:"two words, one comma"', JobFilter(tags=("two words, one comma",))),
        ("task:app.tasks:send", JobFilter(tasks=("app.tasks:send",))),
        (ID, JobFilter(ids=(DIGITS,))),
        (ID.upper(), JobFilter(ids=(DIGITS,))),
        ("019a2b3c", JobFilter(ids=("019a2b3c",))),
        ("019a2b3c-4d", JobFilter(ids=("019a2b3c4d",))),
        ("id:019a2b3c", JobFilter(ids=("019a2b3c",))),
        (f"id:{DIGITS},{'f' * 32} queue:mail", JobFilter(queues=("mail",), ids=(DIGITS, "f" * 32))),
        ("task:t key:a,b key:c:d", JobFilter(tasks=("t",), keys=("a,b", "c:d"))),
        ("worker:host-1-abc", JobFilter(states=(State.PROCESSING,), workers=("host-1-abc",))),
        ("state:processing worker:w", JobFilter(states=(State.PROCESSING,), workers=("w",))),
        ('error:"timed out, twice"', JobFilter(states=(State.FAILED,), error="timed out, twice")),
        ("state:scheduled error:Timeout", JobFilter(states=(State.SCHEDULED,), error="Timeout")),
        ("before:2030-01-31T09:00:00Z", JobFilter(before=NOW - 3 * 3_600)),
        ("after:2030-01-31T09:00:00+01:00", JobFilter(after=NOW - 4 * 3_600)),
        ("after:2030-01-31 before:1h30m", JobFilter(after=NOW - 12 * 3_600, before=NOW - 5_400)),
        ("after:2d", JobFilter(after=NOW - 2 * 86_400)),
    ],
)
def test_a_query_becomes_a_filter(text: str, expected: JobFilter) -> None:
    assert parse_query(text, NOW) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("failed", "Did you mean 'state:failed'"),
        ("stat:failed", "Did you mean 'state'"),
        ("state:faild", "Did you mean 'failed'"),
        ("state:nonsense-word", "States: scheduled"),
        ("queue:", "no term of a query"),
        ("mail", "Write state:failed"),
        ('tag:"open', "unfinished quotation"),
        ("id:019a2b3", "'019a2b3' is no id and no beginning of one: it must be 8 to 32 hexadecimal digits"),
        ("id:019a2b3g", "is no id"),
        (f"id:{DIGITS}0", "is no id"),
        ("019a2b3", "no term of a query"),
        ("id:019a2b3c,019a2b3d", "id:019a2b3c is a part: give whole ids, or the beginning of one"),
        (f"task:t key:k {ID}", "leave one of them out"),
        ("key:welcome-42", "key:welcome-42 needs its task: keys belong to one, so add task:NAME"),
        ("worker:w state:failed", "worker:w finds jobs that run now: take state:failed away"),
        ("error:x state:completed", "error:x finds no completed job: take state:completed away"),
        ("error:x error:y", "error: stands twice, as x and as y: leave one out"),
        (
            "before:yesterday",
            "before 'yesterday' is no time: write 2030-01-31T09:00:00Z, a day .*, or an age such as 2h",
        ),
        ("after:2030-01-31T09:00:00", "has no time zone"),
        ("after:2h5x", "after '2h5x' is no duration"),
        ("after:99999999d", "at most ten years"),
        ("before:2030-13-01", "is no time"),
        ("queue:" + ",".join(map(str, range(MOST_VALUES + 1))), "queues has more than 100 values"),
    ],
)
def test_what_is_no_query_says_what_would_be(text: str, said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        parse_query(text, NOW)


def test_what_is_said_apart_belongs_to_the_query() -> None:
    apart = {"state": ["scheduled"], "task": ["t"], "tag": ["a,b"], "queue": ()}
    assert parse_query("error:x key:k queue:mail", NOW, apart) == JobFilter(
        states=(State.SCHEDULED,), queues=("mail",), tasks=("t",), tags=("a,b",), keys=("k",), error="x"
    )
    with pytest.raises(InvalidOption, match="there is no state 'faild'"):
        parse_query("", NOW, {"state": ["faild"]})


@pytest.mark.parametrize(
    ("said", "counted", "scanned"),
    [
        ({}, True, False),
        ({"states": (State.FAILED,), "queues": ("q",), "tasks": ("t",)}, True, False),
        ({"states": (State.FAILED,), "before": 1.0}, False, False),
        ({"tags": ("t",)}, False, False),
        ({"tags": ("t",), "after": 1.0}, False, False),
        ({"tags": ("t", "u")}, False, True),
        ({"tags": ("t",), "queues": ("q",)}, False, True),
        ({"error": "x"}, False, True),
        ({"workers": ("w",)}, False, True),
        ({"ids": (DIGITS,), "tags": ("t", "u")}, False, False),
        ({"ids": (DIGITS[:9],)}, False, True),
        ({"keys": ("k",), "tasks": ("t",)}, False, False),
    ],
)
def test_a_filter_knows_what_finds_its_jobs(said: dict[str, Any], counted: bool, scanned: bool) -> None:
    where = JobFilter(**said)
    assert (where.counted, where.scanned) == (counted, scanned)

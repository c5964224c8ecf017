"""A query as people type it becomes a filter, or an error that says what was meant."""

from __future__ import annotations

import pytest

from ferryman.domain.errors import InvalidOption
from ferryman.domain.state import State
from ferryman.store.query import JobFilter, parse_query


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", JobFilter()),
        ("state:failed", JobFilter(states=(State.FAILED,))),
        ("state:failed,cancelled queue:mail", JobFilter(states=(State.FAILED, State.CANCELLED), queues=("mail",))),
        ("queue:a queue:b task:t", JobFilter(queues=("a", "b"), tasks=("t",))),
        ("tag:x tag:y", JobFilter(tags=("x", "y"))),
        ('tag:"two words, one comma"', JobFilter(tags=("two words, one comma",))),
        ("task:app.tasks:send", JobFilter(tasks=("app.tasks:send",))),
    ],
)
def test_a_query_becomes_a_filter(text: str, expected: JobFilter) -> None:
    assert parse_query(text) == expected


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
    ],
)
def test_what_is_no_query_says_what_would_be(text: str, said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        parse_query(text)

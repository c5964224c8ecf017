"""JSON as text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferryman.domain.json_text import DEEPEST, depth, flaw, holds_no_number, parse_json, with_nulls

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(JSON)
def test_depth_is_that_of_the_value(value: Any) -> None:
    assert depth(json.dumps(value)) == depth_of(value)


@pytest.mark.parametrize("text", ['"[[["', '"\\"[["', '{"[": "]"}', '"\\\\"'])
def test_brackets_in_text_do_not_count(text: str) -> None:
    assert depth(text) == depth_of(json.loads(text))


@given(JSON)
def test_plain_json_has_no_flaw_and_is_read_as_it_is(value: Any) -> None:
    text = json.dumps(value)
    assert flaw(text) is None
    assert parse_json(text) == value


@pytest.mark.parametrize("text", ["NaN", '{"a": [Infinity]}', "-Infinity"])
def test_a_constant_that_json_lacks_is_a_flaw(text: str) -> None:
    assert "has no JSON form" in (flaw(text) or "")
    with pytest.raises(ValueError, match="has no JSON form"):
        parse_json(text)


@pytest.mark.parametrize("text", ['"NaN"', '{"Infinity": "-Infinity"}'])
def test_the_words_for_it_are_none(text: str) -> None:
    assert flaw(text) is None


def test_nesting_has_an_end() -> None:
    assert flaw("[" * DEEPEST + "]" * DEEPEST) is None
    assert flaw("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)) == "nested deeper than 64 levels"
    assert flaw("[" + "[]," * 1_000 + "[]]") is None


@pytest.mark.parametrize("text", ["", "{", "nope", "[" * 100_000, '{"a":}'])
def test_malformed_text_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_json(text)


def test_a_whole_number_of_any_size_is_read() -> None:
    assert parse_json(str(2**100)) == 2**100


def test_constants_become_null() -> None:
    assert with_nulls('{"ü": [NaN, 1.5, Infinity, -Infinity], "text": "NaN"}') == (
        '{"ü":[null,1.5,null,null],"text":"NaN"}'
    )


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": (1, {2.0, float("-inf")})}])
def test_what_is_no_number_is_found_at_any_depth(value: Any) -> None:
    assert holds_no_number(value)


@pytest.mark.parametrize("value", [1.5, None, "nan", [], {"nan": [1, 2**2_000]}])
def test_nothing_is_found_where_all_are_numbers(value: Any) -> None:
    assert not holds_no_number(value)

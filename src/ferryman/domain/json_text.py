"""JSON as text: read, checked and measured before it becomes anything else."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from typing import Any, NoReturn

#: Arguments nested deeper than this are refused, so that no reader ever meets a recursion limit.
DEEPEST = 64


def parse_json(text: str | bytes) -> Any:
    """Read JSON with whole numbers of up to 4,300 digits, Python's limit.

    Raises `ValueError` for malformed text, NaN, Infinity, deep nesting, and a member that stands more than once in an
    object: readers differ in which one they take.
    """
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_members)
    except RecursionError:
        raise ValueError(f"nested deeper than {DEEPEST} levels") from None
    except ValueError as error:
        if "integer string conversion" in str(error):
            raise ValueError(f"a whole number has more than {sys.get_int_max_str_digits()} digits") from None
        raise


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice, times = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the member {twice[:80]!r} stands there {times} times")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} has no JSON form; send null or a text")


def flaw(text: str) -> str | None:
    """Say what is wrong with JSON text that a serializer wrote: a constant JSON lacks, or nesting too deep."""
    if text.count("[") + text.count("{") > DEEPEST and depth(text) > DEEPEST:
        return f"nested deeper than {DEEPEST} levels"
    if "NaN" in text or "Infinity" in text:
        try:
            parse_json(text)
        except ValueError as error:
            return str(error)
    return None


def depth(text: str) -> int:
    """Return how deep JSON text nests, without recursion and without building it."""
    deepest = level = 0
    quoted = escaped = False
    for character in text:
        if quoted:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character in "[{":
            level += 1
            deepest = max(deepest, level)
        elif character in "]}":
            level -= 1
    return deepest


def with_nulls(text: str) -> str:
    """Return JSON text with null for the constants that JSON lacks."""
    value = json.loads(text, parse_constant=lambda constant: None)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def holds_no_number(value: Any) -> bool:
    """Whether NaN or an infinity is anywhere in a value of plain containers."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, float):
            if not math.isfinite(item):
                return True
        elif isinstance(item, dict):
            left += item.values()
        elif isinstance(item, list | tuple | set | frozenset):
            left += item
    return False

"""Reads a query as a person types it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence

from ferryman.domain.clock import parse_moment
from ferryman.domain.durations import seconds
from ferryman.domain.errors import InvalidOption, did_you_mean, shown
from ferryman.domain.state import State
from ferryman.store.query import FEWEST_DIGITS, JobFilter

#: The fields of a query and the part of `JobFilter` that each fills.
FIELDS = {
    "state": "states",
    "queue": "queues",
    "task": "tasks",
    "tag": "tags",
    "id": "ids",
    "key": "keys",
    "worker": "workers",
    "failure": "failures",
    "error": "error",
    "before": "before",
    "after": "after",
}
_NOTHING: Mapping[str, Sequence[str]] = {}
_HOW = 'Write state:failed queue:mail task:send_email tag:x error:"timed out" after:2h, values with spaces in quotes.'
#: Fields whose values may hold a comma.
_WHOLE = frozenset({"tag", "key"})
_ONCE = frozenset({"error", "before", "after"})
_ID = re.compile(rf"(?=(?:-*[0-9a-fA-F]){{{FEWEST_DIGITS}}})[0-9a-fA-F-]+")
_AGE = re.compile(r"\d+(\.\d+)?(ms|[smhdw]).*", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def parse_query(text: str, now: float, also: Mapping[str, Sequence[str]] = _NOTHING) -> JobFilter:
    """Read a query such as `state:failed,cancelled queue:mail task:send_email tag:x error:"timed out" after:2h`.

    Terms are `field:value`. Several values of a field, by comma or by naming it again, mean "any of them"; tags take
    no comma and mean "all of them". `before:` and `after:` take a time (RFC 3339), a day in UTC, or an age, which
    counts back from `now`. What looks like an id is one. An empty query is every job. `also` are further values by
    field, each as it is. Raises `InvalidOption` saying which term is wrong.
    """
    try:
        terms = shlex.split(text)
    except ValueError:
        raise InvalidOption("query", f"{shown(text)} has an unfinished quotation. {_HOW}") from None
    parts = {field: list(values) for field, values in also.items() if values}
    for term in terms:
        field, colon, value = ("id", ":", term) if _ID.fullmatch(term) else term.partition(":")
        if not colon or field not in FIELDS or not value:
            raise InvalidOption("query", f"{shown(term)} is no term of a query.{_hint(term, field, bool(colon))}")
        if field in _ONCE and field in parts:
            raise InvalidOption("query", f"{field}: stands twice, as {parts[field][0]} and as {value}: leave one out")
        values = [value] if field in _WHOLE | _ONCE else [one for one in value.split(",") if one]
        parts.setdefault(field, []).extend(values)
    return _filter(parts, now)


def _filter(parts: dict[str, list[str]], now: float) -> JobFilter:
    def several(field: str, read: Callable[[str], str] = str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(read(value) for value in parts.get(field, ())))

    def moment(field: str) -> float | None:
        return _moment(field, parts[field][0], now) if field in parts else None

    return JobFilter(
        states=tuple(dict.fromkeys(_state(word) for word in parts.get("state", ()))),
        queues=several("queue"),
        tasks=several("task"),
        tags=several("tag"),
        ids=several("id", lambda digits: digits.replace("-", "").lower()),
        keys=several("key"),
        workers=several("worker"),
        failures=several("failure", str.lower),
        error=parts["error"][0] if "error" in parts else "",
        before=moment("before"),
        after=moment("after"),
    )


def _moment(field: str, text: str, now: float) -> float:
    """Read a time, a day, or an age."""
    if _AGE.fullmatch(text):
        return now - seconds(text, option=field)
    try:
        return parse_moment(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text, option=field)
    except InvalidOption as error:
        raise InvalidOption(field, f"{error}, a day such as 2030-01-31, or an age such as 2h") from None


def _hint(term: str, field: str, has_colon: bool) -> str:
    """Guess what a term that is none was meant to be."""
    if not has_colon and term in list(State):
        return f" Did you mean 'state:{term}'?"
    return (did_you_mean(field, FIELDS) if has_colon else "") or f" {_HOW}"


def _state(word: str) -> State:
    try:
        return State(word)
    except ValueError:
        known = [state.value for state in State]
        hint = did_you_mean(word, known) or f" States: {', '.join(known)}."
        raise InvalidOption("state", f"there is no state {word!r}.{hint}") from None

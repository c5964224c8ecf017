"""The options of a submit, validated in one place for the library, the HTTP API and the CLI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self, TypedDict

from ferryman.domain.clock import parse_moment
from ferryman.domain.durations import Duration, seconds
from ferryman.domain.errors import InvalidOption, did_you_mean, shown

DEFAULT_QUEUE = "default"
DEFAULT_PRIORITY = 5
LOWEST_PRIORITY, HIGHEST_PRIORITY = 0, 9
DEFAULT_RETRIES = 3
DEFAULT_CRASHES = 3
MOST_RETRIES = 1_000
MOST_TAGS = 16
MOST_REPLICAS = 10

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}")


def valid_name(value: object, option: str) -> str:
    """Return a queue or task name; raises `InvalidOption` for one that could not stand in a URL."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise InvalidOption(
            option,
            f"{option} {shown(value)} is no name: use 1 to 128 letters, digits and _ . : - (no spaces, no slashes)",
        )
    return value


def _whole(value: object, option: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidOption(option, f"{option} must be a whole number, got {shown(value)}")
    if not low <= value <= high:
        raise InvalidOption(option, f"{option} must be from {low} to {high}, got {shown(value)}")
    return value


def _text(value: object, option: str, what: str, longest: int) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise InvalidOption(option, f"{what} must be text of 1 to {longest} characters, got {shown(value)}")
    # Control characters and lone surrogates would not survive every store.
    if not value.isprintable():
        raise InvalidOption(option, f"{what} must be printable text, got {shown(value)}")
    return value


def _tags(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidOption(
            "tags", f"tags must be a list of texts, got the text {shown(value)}; write [{shown(value)}]"
        )
    if isinstance(value, Mapping):
        raise InvalidOption("tags", f"tags must be a list of texts, got {shown(value)}")
    try:
        tags = tuple(dict.fromkeys(_text(tag, "tags", "a tag", 64) for tag in value))
    except TypeError:
        raise InvalidOption("tags", f"tags must be a list of texts, got {shown(value)}") from None
    if len(tags) > MOST_TAGS:
        raise InvalidOption("tags", f"a job has at most {MOST_TAGS} tags, got {len(tags)}")
    return tags


def _timeout(value: Duration) -> float:
    limit = seconds(value, option="timeout")
    if limit == 0:
        raise InvalidOption("timeout", "timeout must be longer than 0")
    return limit


class OptionValues(TypedDict, total=False):
    """The options of a submit as keyword arguments, for type checkers; `Options` says what they mean."""

    queue: str
    priority: int
    delay: Duration
    run_at: datetime | str | float
    timeout: Duration
    retries: int
    crashes: int
    key: str
    tags: Sequence[str]
    replicas: int


@dataclass(frozen=True, slots=True)
class Options:
    """How one job is to be treated; None means "not said", so that a task's own default holds.

    * `queue`: the line it waits in. * `priority`: 0 to 9, 9 the most urgent.
    * `delay` (a duration) or `run_at` (an aware time): not before. * `timeout`: the longest one attempt may run.
    * `retries`: how often it is run again after an error. * `crashes`: the worker deaths that make it fail.
    * `key`: submitting the same task with the same key again gives the first job back while it is kept.
    * `tags`: up to 16 labels to find it by.
    * `replicas`: how many replicas of a Redis must have it before the submit is acknowledged.

    Raises `InvalidOption` naming the option, the value and what would be right.
    """

    queue: str | None = None
    priority: int | None = None
    delay: Duration | None = None
    run_at: datetime | str | float | None = None
    timeout: Duration | None = None
    retries: int | None = None
    crashes: int | None = None
    key: str | None = None
    tags: tuple[str, ...] | None = None
    replicas: int | None = None

    def __post_init__(self) -> None:
        checked: dict[str, Any] = {
            "queue": lambda v: valid_name(v, "queue"),
            "priority": lambda v: _whole(v, "priority", LOWEST_PRIORITY, HIGHEST_PRIORITY),
            "delay": lambda v: seconds(v, option="delay"),
            "run_at": parse_moment,
            "timeout": _timeout,
            "retries": lambda v: _whole(v, "retries", 0, MOST_RETRIES),
            "crashes": lambda v: _whole(v, "crashes", 0, MOST_RETRIES),
            "key": lambda v: _text(v, "key", "key", 256),
            "tags": _tags,
            "replicas": lambda v: _whole(v, "replicas", 0, MOST_REPLICAS),
        }
        for name, check in checked.items():
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, check(value))
        if self.delay is not None and self.run_at is not None:
            raise InvalidOption("run_at", "give delay or run_at, not both")

    @classmethod
    def named(cls, values: Mapping[str, Any]) -> Self:
        """Build options from names that somebody typed; an unknown one is an error with a suggestion."""
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                hint = did_you_mean(name, known) or f" Known options: {', '.join(known)}."
                raise InvalidOption(name, f"there is no option {shown(name)}.{hint}")
        return cls(**values)

    def over(self, defaults: Options) -> Options:
        """Return these options with the gaps filled from `defaults`."""
        if self is NO_OPTIONS or self == NO_OPTIONS:
            return defaults
        said = {f.name: v for f in fields(self) if (v := getattr(self, f.name)) is not None}
        if "delay" in said:
            said["run_at"] = None
        if "run_at" in said and said["run_at"] is not None:
            said["delay"] = None
        return replace(defaults, **said)


NO_OPTIONS = Options()

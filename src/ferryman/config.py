"""Settings: the file, then the environment, then what was passed; read once, checked once, then frozen.

This is the only module that reads the environment.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from ferryman.domain.durations import Duration, seconds
from ferryman.domain.errors import InvalidOption, did_you_mean, shown
from ferryman.domain.options import MOST_REPLICAS
from ferryman.domain.retention import Retention

DEFAULT_URL = "sqlite:///ferryman.db"
#: Above this a setting is surely a slip, and the machine would not survive it.
MOST_SLOTS = 10_000

# Up to the last @: clients take a password that has one in it, or a slash, and people forget to encode a ? or a #.
_PASSWORD = re.compile(r"((?:^(?![^/]*://)|://)(?:[^/@:?#][^@:?#]*)?:).*(?=@)|([?&]sentinel_password=)[^&]*", re.DOTALL)


def hide_password(url: str) -> str:
    """Return a URL that may be shown: its password replaced by ***."""
    return _PASSWORD.sub(r"\1\2***", url)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, in seconds and bytes where a unit applies.

    Each setting is also `FERRYMAN_<NAME>` in the environment and `[tool.ferryman] <name>` in pyproject.toml.
    """

    #: Where jobs live.
    url: str = field(default=DEFAULT_URL, repr=False)  # it may hold a password
    #: The app that commands use: `module:attribute`.
    app: str | None = None
    #: How safe an acknowledged submit is on SQLite: "full" survives a power cut, "normal" a killed process.
    durability: str = "full"
    #: On Redis, how many replicas must have a submitted job before the submit is acknowledged.
    replicas: int = 0
    #: On Redis 7.2 or later, whether a submit is only acknowledged once it is on the server's disk.
    fsync: bool = False
    #: Whether a Redis will do that keeps nothing when it stops.
    allow_volatile: bool = False
    #: Jobs one worker process runs at a time.
    concurrency: int = 50
    #: A job whose worker is silent for this long is given to another.
    lease: Duration = 15.0
    #: How long a worker that was told to stop lets running jobs finish.
    grace: Duration = 25.0
    #: How long jobs are kept after their end.
    keep_completed: Duration = 86_400.0
    keep_failed: Duration = 30 * 86_400.0
    keep_cancelled: Duration = 30 * 86_400.0
    #: How log lines look: "human", "json", or "auto": human on a terminal, JSON elsewhere.
    log: str = "auto"
    #: Largest HTTP request body in bytes.
    body_limit: int = 1_048_576
    retention: Retention = field(init=False)

    def __post_init__(self) -> None:
        for name in ("url", "app"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, str) and value):
                raise InvalidOption(name, f"{name} must be text, got {shown(value)}")
        for name in ("lease", "grace", "keep_completed", "keep_failed", "keep_cancelled"):
            object.__setattr__(self, name, seconds(getattr(self, name), option=name))
        _check_range("lease", float(self.lease), 1.0, 3_600.0)  # type: ignore[arg-type]  # seconds by now
        object.__setattr__(self, "concurrency", _whole("concurrency", self.concurrency, MOST_SLOTS))
        object.__setattr__(self, "body_limit", _whole("body_limit", self.body_limit, 1 << 30))
        object.__setattr__(self, "replicas", _whole("replicas", self.replicas, MOST_REPLICAS, least=0))
        for name in ("fsync", "allow_volatile"):
            object.__setattr__(self, name, _flag(name, getattr(self, name)))
        if self.durability not in ("full", "normal"):
            raise InvalidOption("durability", f'durability must be "full" or "normal", got {self.durability!r}')
        if self.log not in ("auto", "human", "json"):
            raise InvalidOption("log", f'log must be "auto", "human" or "json", got {shown(self.log)}')
        keep = Retention(self.keep_completed, self.keep_failed, self.keep_cancelled)  # type: ignore[arg-type]
        object.__setattr__(self, "retention", keep)

    @property
    def shown_url(self) -> str:
        """The store's URL without its password."""
        return hide_password(self.url)

    def replace(self, **changes: Any) -> Self:
        """Return these settings with some changed; None means "as it is"."""
        return dataclasses.replace(self, **{name: value for name, value in changes.items() if value is not None})


def load_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None, **passed: Any) -> Settings:
    """Read pyproject.toml (in `folder` or above it), the environment, and what was passed; None means "not said".

    Raises `InvalidOption` for an unknown name or a value out of range, naming where it came from.
    """
    known = [f.name for f in fields(Settings) if f.init]
    said = _from_file(folder or Path.cwd(), known) | _from_environment(environment, known)
    said |= {name: value for name, value in passed.items() if value is not None}
    _check_names(said, known, "Ferryman(...)")
    return Settings(**said)


def _from_file(folder: Path, known: list[str]) -> dict[str, Any]:
    for place in (folder, *folder.parents):
        path = place / "pyproject.toml"
        if path.is_file():
            import tomllib  # only where there is a file to read

            try:
                tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
            except (OSError, ValueError) as error:  # not UTF-8, or no TOML
                raise InvalidOption("pyproject.toml", f"{path} cannot be read: {error}") from None
            values = tool.get("ferryman", {}) if isinstance(tool, dict) else {}
            if not isinstance(values, dict):
                raise InvalidOption("pyproject.toml", f"{path}: [tool.ferryman] must be a table, got {shown(values)}")
            _check_names(values, known, str(path))
            return dict(values)
    return {}


def _from_environment(environment: Mapping[str, str] | None, known: list[str]) -> dict[str, Any]:
    source = os.environ if environment is None else environment
    return {name: value for name in known if (value := source.get(f"FERRYMAN_{name.upper()}"))}


def _check_names(values: Mapping[str, Any], known: list[str], place: str) -> None:
    for name in values:
        if name not in known:
            hint = did_you_mean(name, known) or f" Settings: {', '.join(known)}."
            raise InvalidOption(name, f"{place} has an unknown setting {name!r}.{hint}")


def _flag(name: str, value: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    meant = words.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(meant, bool):
        raise InvalidOption(name, f"{name} must be true or false, got {shown(value)}")
    return meant


def _whole(name: str, value: Any, most: int, least: int = 1) -> int:
    try:
        number = int(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int):
        raise InvalidOption(name, f"{name} must be a whole number, got {shown(value)}")
    _check_range(name, number, least, most)
    return number


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InvalidOption(name, f"{name} must be from {low:g} to {high:g}, got {shown(value)}")

"""The scripts that move jobs: each is one atomic step on one partition.

A script's text is the same for everybody: what differs comes in KEYS[1] (the base of the partition's keys, see keys.py)
and in ARGV, of which the first is always the time in microseconds (0 for the server's, as always but in tests). The
first comment of a script says what it takes and answers; a line `-- parts: ...` names the parts that go before it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ferryman.stores.redis.keys import names_used

_PARTS = re.compile(r"^-- parts: (.+)$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """A script as the server knows it: its name here, its text, and the SHA-1 by which it is called."""

    name: str
    text: str
    sha: str


@cache
def script(name: str) -> Script:
    """Return scripts/`name`.lua with its parts before it."""
    body = _read(f"{name}.lua")
    parts = "".join(_read(f"parts/{part}.lua") for part in _parts_of(body))
    code = _COMMENT.sub("", parts + body)
    text = f"-- ferryman: {name}\n" + names_used(code) + code
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _parts_of(text: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the parts a text names and those that they name, each once and before who needs it."""
    named = _PARTS.search(text)
    for part in named[1].split() if named else ():
        if part not in known:
            known = (*_parts_of(_read(f"parts/{part}.lua"), known), part)
    return known


def _read(path: str) -> str:
    return files(__package__).joinpath(path).read_text(encoding="utf-8")

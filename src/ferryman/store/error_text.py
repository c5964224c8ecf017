"""Finds text in the error that a job keeps: in its type and its message, not in its traceback."""

from __future__ import annotations

import json
import re
from functools import lru_cache

#: What JSON text shows otherwise than it is, or what stands between the type and the message.
_TOLD_OTHERWISE = re.compile(r'[^ -~]|["\\/:]')


def says(error: str, text: str) -> bool:
    """Whether an error, as JSON text, has a text in `type: message`, whatever the case of the letters A to Z."""
    wanted, piece = _wanted(text)
    # Most errors do not, and reading all of a long traceback would cost more than everything else.
    end = error.find('"traceback"')
    if end > 0 and piece not in (head := error[:end].lower()) and '"message"' in head:
        return False
    try:
        said = json.loads(error)
        line = said["type"] + ": " + said["message"]
    except (ValueError, KeyError, TypeError):
        return False
    return wanted in folded(line)


def folded(text: str) -> bytes:
    """Return text for comparing: A to Z as a to z, everything else as it is, which is how every store can do it."""
    return text.encode("utf-8", "surrogatepass").lower()


@lru_cache(maxsize=100)
def _wanted(text: str) -> tuple[bytes, str]:
    """Return a text for comparing, and its longest piece that JSON text has as it is."""
    return folded(text), max(_TOLD_OTHERWISE.split(text), key=len).lower()

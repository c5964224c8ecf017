"""Reads a text, counts its words, and tells it word by word."""

from __future__ import annotations

import re
import urllib.request
from collections import Counter

from ferryman.demo.files import local_file

#: Stands for the text below.
SAMPLE = "sample"
#: Seconds and bytes that a web page may take.
PATIENCE, LARGEST = 20.0, 5_000_000

_TEXT = """
A ferryman waited at the river. Whoever came was taken across, one after another, and those in a hurry first.
At night the water rose and took the boat; in the morning the ferryman had another, and everyone who had waited
was still there, in the same order, each with the same bundle. Nobody was carried across twice, and nobody was
left behind. When the river lay under ice the ferryman put up a board that said: wait, the crossing is paused.
In spring the board came down, and the boat went back and forth until the bank was empty.
"""


def read(source: str) -> str:
    """Return the text behind a source: "sample", an http(s) URL, or a file below the working directory."""
    if source == SAMPLE:
        return _TEXT
    if source.startswith(("http://", "https://")):
        with urllib.request.urlopen(source, timeout=PATIENCE) as answer:
            return str(answer.read(LARGEST).decode(answer.headers.get_content_charset() or "utf-8", "replace"))
    return local_file(source).read_text("utf-8", "replace")


def spoken() -> list[str]:
    """Return the text of this module word by word, each with what stands behind it."""
    return re.findall(r"\S+\s*", _TEXT.lstrip())


def count(text: str) -> Counter[str]:
    """Count the words, whatever their case."""
    return Counter(re.findall(r"[^\W\d_]+", text.lower()))

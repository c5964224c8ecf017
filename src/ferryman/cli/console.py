"""What a person sees on a terminal: colours only there, notes on stderr so that stdout stays for results."""

from __future__ import annotations

import os
import shutil
import sys
from typing import IO

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def is_terminal(stream: IO[str]) -> bool:
    """Whether somebody looks at this stream."""
    return stream.isatty()


def colours(stream: IO[str]) -> bool:
    """Whether to colour: on a terminal that can, unless NO_COLOR (no-color.org) is set."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, style: str, stream: IO[str] | None = None) -> str:
    """Return text in a style where the stream (stderr by default) shows it, else as it is."""
    if not colours(stream or sys.stderr):
        return text
    codes = ";".join(_STYLES[word] for word in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"


def note(text: str) -> None:
    """Say something to the person, on stderr."""
    LINE.end_output()
    print(text, file=sys.stderr, flush=True)


def pour(text: str) -> None:
    """Show output of a task on stderr as it comes; what is said otherwise begins a line of its own."""
    LINE.clear()
    sys.stderr.write(text)
    sys.stderr.flush()
    LINE.amid = not text.endswith("\n")


class StatusLine:
    """One line at the bottom of the terminal that is written over; silent where nobody looks."""

    def __init__(self) -> None:
        self._shown = False
        self._mute = False
        #: Whether output stands at the bottom that has not come to the end of its line.
        self.amid = False

    def mute(self) -> None:
        """Never show anything: another process has the bottom line."""
        self._mute = True

    def show(self, text: str) -> None:
        """Replace the line."""
        if self._mute or self.amid or not is_terminal(sys.stderr):
            return
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\x1b[2K{text[:width]}")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away, so that something else can stand there."""
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._shown = False

    def end_output(self) -> None:
        """Take the line away, and go to the next one if output has not."""
        self.clear()
        if self.amid:
            sys.stderr.write("\n")
            self.amid = False


#: The one status line of this process.
LINE = StatusLine()

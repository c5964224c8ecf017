"""What one attempt said since the last batch: in order, joined where that loses nothing, in bounded memory."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from itertools import groupby

from ferryman.domain.lease import Lease
from ferryman.store.messages import FeedKind, Report

#: Log lines kept per attempt between two batches; of more, the oldest are dropped and that is said.
MOST_LINES = 200
#: Characters of output kept per attempt between two batches; of more, the oldest are dropped and that is said.
MOST_OUTPUT = 262_144
#: What a piece of output, beside its characters, counts for: it has a place in memory even when it is short.
A_PIECE = 200
#: Most characters of output in one entry.
LONGEST_OUTPUT = 4_000


class Said:
    """Log lines, output, and the newest progress, each with its place in the order."""

    __slots__ = ("_count", "_lines", "_lost_lines", "_lost_output", "_output", "_progress", "_size")

    def __init__(self) -> None:
        self._count = 0
        self._lines: deque[tuple[int, str]] = deque()
        #: Chunks that were written one after the other share a piece.
        self._output: deque[tuple[int, deque[str]]] = deque()
        self._size = 0
        self._progress: tuple[int, str] | None = None
        self._lost_lines = 0
        self._lost_output = 0

    def add(self, kind: FeedKind, data: str) -> None:
        """Take an entry: JSON text, or plain text for output."""
        if kind is FeedKind.OUTPUT:
            self._write(data)
            return
        self._count += 1
        if kind is FeedKind.PROGRESS:
            self._progress = (self._count, data)
            return
        self._lines.append((self._count, data))
        if len(self._lines) > MOST_LINES:
            self._lines.popleft()
            self._lost_lines += 1

    def _write(self, text: str) -> None:
        if not self._output or self._output[-1][0] != self._count:
            self._count += 1
            self._output.append((self._count, deque()))
            self._size += A_PIECE
        self._output[-1][1].append(text)
        self._size += len(text)
        while self._size > MOST_OUTPUT:
            self._drop_output(self._size - MOST_OUTPUT)

    def _drop_output(self, most: int) -> None:
        """Drop the oldest chunk, or the beginning of one that is too large by itself."""
        chunks = self._output[0][1]
        lost = min(len(chunks[0]), most)
        if lost < len(chunks[0]):
            chunks[0] = chunks[0][lost:]
        else:
            chunks.popleft()
        self._size -= lost
        self._lost_output += lost
        if not chunks:
            self._output.popleft()
            self._size -= A_PIECE

    def reports(self, lease: Lease, within: float) -> list[Report]:
        """Return the entries to store, in order; `within` how many seconds they were said."""
        entries = [*self._losses(within)]
        said = [(number, FeedKind.LOG, line) for number, line in self._lines]
        said += [(number, FeedKind.OUTPUT, "".join(chunks)) for number, chunks in self._output]
        if self._progress is not None:
            said.append((self._progress[0], FeedKind.PROGRESS, self._progress[1]))
        for kind, group in groupby(sorted(said), lambda item: item[1]):
            texts = [text for _, _, text in group]
            # Pieces that had only an older progress between them belong together.
            entries += [(kind, text) for text in (_cut("".join(texts)) if kind is FeedKind.OUTPUT else texts)]
        return [Report(lease, kind, data) for kind, data in entries]

    def _losses(self, within: float) -> Iterator[tuple[FeedKind, str]]:
        for lost, what, most in (
            (self._lost_lines, "log lines", MOST_LINES),
            (self._lost_output, "characters of output", MOST_OUTPUT),
        ):
            if lost:
                message = f"{lost} {what} were dropped: more than {most} came within {within:g} s"
                yield FeedKind.LOG, json.dumps({"message": message, "dropped": lost})


def _cut(text: str) -> Iterator[str]:
    """Write output as entries."""
    for start in range(0, len(text), LONGEST_OUTPUT):
        yield _entry(text[start : start + LONGEST_OUTPUT])


def _entry(text: str) -> str:
    written = json.dumps({"text": text}, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can carry
        return json.dumps({"text": text})
    return written

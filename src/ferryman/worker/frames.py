"""How a worker and its child processes talk: JSON objects, each behind its length. Never pickle."""

from __future__ import annotations

import json
import struct
from typing import Any

Frame = dict[str, Any]

_LENGTH = struct.Struct("!I")
HEAD = _LENGTH.size


def pack(frame: Frame) -> bytes:
    """Return a frame as bytes."""
    body = json.dumps(frame).encode()
    return _LENGTH.pack(len(body)) + body


def length(head: bytes) -> int:
    """Return the number of bytes that follow a head of `HEAD` bytes."""
    size: int = _LENGTH.unpack(head)[0]
    return size


def unpack(body: bytes) -> Frame:
    """Return the frame in what followed its head."""
    frame: Frame = json.loads(body)
    return frame

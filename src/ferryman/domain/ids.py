"""Job ids: UUID version 7 (RFC 9562), so that ids sort by the time of submission."""

from __future__ import annotations

import re
from zlib import crc32

from ferryman.domain.errors import InvalidOption

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def job_id(now: float, random_bits: int) -> str:
    """Make a UUIDv7 from a time (seconds since the epoch) and 74 random bits."""
    milliseconds = int(now * 1000) & 0xFFFF_FFFF_FFFF
    value = milliseconds << 80 | 0x7 << 76 | (random_bits >> 62 & 0xFFF) << 64
    value |= 0b10 << 62 | random_bits & 0x3FFF_FFFF_FFFF_FFFF
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def with_place(identifier: str, text: str) -> str:
    """Return an id whose last 16 bits come from a text instead of from chance.

    A store that is spread over many servers reads from these bits where a job lives: jobs of the same text live in the
    same place, where it is decided in one step which of them there may be.
    """
    return f"{identifier[:-4]}{crc32(text.encode()) & 0xFFFF:04x}"


def parse_job_id(text: str) -> str:
    """Return the canonical spelling of a job id; raises `InvalidOption` when it is no UUID."""
    candidate = text.strip().lower()
    if not _UUID.fullmatch(candidate):
        raise InvalidOption("job_id", f"{text[:80]!r} is no job id: it must be a UUID")
    return candidate


def submitted_at(identifier: str) -> float:
    """Return the time (seconds since the epoch) that a UUIDv7 carries."""
    return int(identifier[:8] + identifier[9:13], 16) / 1000

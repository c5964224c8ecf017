"""Request bodies: bounded while they are read, JSON whatever the client called it, unknown members refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import Request

from ferryman.api.problems import Problem, step
from ferryman.domain.errors import did_you_mean
from ferryman.domain.json_text import DEEPEST, depth, parse_json


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body, at most `limit` bytes.

    Raises the problem 413 as soon as it is known to be too large, before it is read whole.
    """
    announced = request.headers.get("content-length", "")
    # A number of thousands of digits is one that `int` refuses.
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
        raise _too_large(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> Problem:
    # The rest of the body is never read, so the connection cannot serve another request.
    return Problem(413, "body_too_large", f"the body is larger than {limit} bytes", headers={"Connection": "close"})


async def read_json(request: Request, limit: int) -> Any:
    """Return the body as JSON; raises the problem 400 when it is none, or nests too deep."""
    return parsed(await read_body(request, limit))


def parsed(body: bytes) -> Any:
    """Return a body that was read as JSON; raises the problem 400 when it is none, or nests too deep."""
    try:
        text = body.decode()
        if max(text.count("["), text.count("{")) > DEEPEST and depth(text) > DEEPEST + 4:
            raise ValueError(f"it is nested deeper than {DEEPEST} levels")
        return parse_json(text)
    except ValueError as error:
        raise Problem(400, "malformed_json", f"the body is no JSON: {error}") from None


def check_object(value: Any, known: Iterable[str], pointer: str) -> dict[str, Any]:
    """Return a JSON object that has known members only; raises the problem 422 with a suggestion."""
    if not isinstance(value, dict):
        detail = f"must be a JSON object, got {type(value).__name__}"
        raise Problem(422, "invalid_body", f"the body {detail}", errors=[(pointer, detail)])
    names = list(known)
    wrong = [name for name in value if name not in names]
    if wrong:
        errors = [
            (f"{pointer}{step(name)}", f"there is no member {name[:80]!r}.{did_you_mean(name[:80], names)}")
            for name in wrong[:10]
        ]
        raise Problem(422, "unknown_member", errors[0][1], errors=errors)
    return value

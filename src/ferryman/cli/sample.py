"""A body for the curl line of `ferryman dev`: a real submit of one of the app's tasks, which must be accepted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ferryman.app import Ferryman
from ferryman.domain.errors import InvalidArguments
from ferryman.domain.task import Task

_BY_TYPE: dict[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": [],
    "object": {},
    "null": None,
}
_BY_NAME = {"to": "ada@example.com", "email": "ada@example.com", "name": "Ada", "url": "https://example.com"}


def sample_body(ferry: Ferryman) -> str | None:
    """Return JSON for `POST /submit-job`: a task that needs no arguments, else one whose arguments can be guessed."""
    tasks = sorted((handle.task for handle in ferry.tasks.values()), key=lambda task: len(task.parameters.required))
    for task in tasks:
        if not task.parameters.required:
            return json.dumps({"task": task.name})
        args = _guess(task)
        if args is not None:
            return json.dumps({"task": task.name, "args": args})
    return None


def _guess(task: Task) -> dict[str, Any] | None:
    schema = task.parameters.schema()
    args = {name: _example(name, schema["properties"][name]) for name in sorted(task.parameters.required)}
    text = json.dumps(args)
    # An apostrophe would end the shell's quotation around it.
    if "'" in text:
        return None
    try:
        task.parameters.check(text)
    except InvalidArguments:
        return None
    return args


def _example(name: str, part: Mapping[str, Any]) -> Any:
    for key in ("examples", "enum"):
        if part.get(key):
            return part[key][0]
    if "const" in part:
        return part["const"]
    kind = part.get("type", "string")
    return _BY_NAME.get(name, "text") if kind == "string" else _BY_TYPE.get(kind)

"""A task's arguments as typed on a command line: `to=ada@example.com n=5`, read by the task's own schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ferryman.domain.errors import InvalidOption
from ferryman.domain.json_text import parse_json
from ferryman.domain.task import Task

_JSON_TYPES: list[tuple[type | tuple[type, ...], str]] = [
    (bool, "boolean"),  # before int, which it is a kind of
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
    (type(None), "null"),
]
_PYTHON_SPELLINGS = {"True": True, "False": False, "None": None}


def read_arguments(words: Sequence[str], json_text: str | None, task: Task | None) -> str:
    """Return the arguments as JSON text, from `name=value` words or from `--json` (`-` is stdin).

    With a known task a value becomes what the task's schema says: `n=5` is a number where an int is wanted and text
    where a str is. Without one, whatever reads as JSON is JSON and everything else is text.
    """
    if json_text is not None:
        if words:
            raise InvalidOption("args", "give arguments as name=value or with --json, not both")
        return sys.stdin.read() if json_text == "-" else json_text
    schema = task.parameters.schema() if task is not None else None
    arguments: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise InvalidOption("args", f"{word!r} is no argument: write name=value, or pass all of them with --json")
        if name in arguments:
            raise InvalidOption("args", f"argument {name!r} is given twice: write a list as {name}='[1, 2]'")
        arguments[name] = read_value(value, _types_of(schema, name))
    return json.dumps(arguments, ensure_ascii=False)


def read_value(text: str, types: frozenset[str] | None) -> Any:
    """Return one value, read as one of the JSON types; None says that nothing is known of them."""
    value = _as_json(text)
    if types is None:
        return value
    kind = next(name for python, name in _JSON_TYPES if isinstance(value, python))
    fits = kind in types or (kind == "integer" and "number" in types)
    if "string" not in types:
        return value  # if it does not fit, the task's own validation says so best
    return value if fits and kind != "string" else text


def _as_json(text: str) -> Any:
    if text in _PYTHON_SPELLINGS:
        return _PYTHON_SPELLINGS[text]
    try:
        return parse_json(text)
    except ValueError:
        return text


def _types_of(schema: Mapping[str, Any] | None, name: str) -> frozenset[str] | None:
    """Return the JSON types that a task's schema allows for an argument; None for "any" or when it is not known."""
    if schema is None:
        return None
    return _types(schema.get("properties", {}).get(name, {}), schema.get("$defs", {}))


def _types(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> frozenset[str] | None:
    if "$ref" in part:
        return _types(definitions.get(part["$ref"].rpartition("/")[2], {}), definitions)
    if "type" in part:
        return frozenset([part["type"]] if isinstance(part["type"], str) else part["type"])
    for key in ("anyOf", "oneOf"):
        if key in part:
            kinds = [_types(branch, definitions) for branch in part[key]]
            known = [kind for kind in kinds if kind is not None]
            return None if len(known) < len(kinds) else frozenset[str]().union(*known)
    if "enum" in part or "const" in part:
        values = part.get("enum", [part.get("const")])
        return frozenset(name for value in values for python, name in _JSON_TYPES if isinstance(value, python))
    return None

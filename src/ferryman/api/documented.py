"""Pieces of the OpenAPI document that several routes share."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ferryman.api.problems import MEDIA_TYPE
from ferryman.api.schemas import ProblemBody

_MEANINGS = {
    400: "The body is no JSON.",
    404: "There is none.",
    409: "Its state does not allow that.",
    410: "Retention no longer keeps it.",
    413: "The body is too large.",
    422: "A value is wrong; the answer names it.",
    503: "The store gave no answer; send it again with the same key.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the problems that a route may answer with."""
    return {
        status: {
            "description": _MEANINGS[status],
            # By name (`BatchItem` brings it in): a model FastAPI would document as application/json, too.
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemBody.__name__}"}}},
        }
        for status in statuses
    }


def streamed(description: str) -> dict[int | str, dict[str, Any]]:
    """Document a stream of events; the route's `response_class` must say that the answer is nothing else."""
    return {200: {"description": description, "content": {"text/event-stream": {"schema": {"type": "string"}}}}}


def lined(description: str) -> dict[int | str, dict[str, Any]]:
    """Document an answer in lines of JSON."""
    return {200: {"description": description, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}}


def body_of(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """Document a body that the route reads by itself; the schema is inlined, since FastAPI does not know of it."""
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": inlined(model)}}}}


def inlined(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's JSON schema without references to definitions of its own."""
    return inlined_schema(model.model_json_schema())


#: Members of a schema that hold values, not schemas: whatever they look like, they stay as they are.
_VALUES = ("default", "const", "enum", "example", "examples")
#: Members that hold schemas by names which somebody chose; one may be named `$ref`.
_NAMED = ("properties", "patternProperties", "dependentSchemas")


def inlined_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON schema without references, except where it refers to itself: there it says "anything"."""
    result: dict[str, Any] = _Inliner(schema.get("$defs", {})).schema(schema, ())
    return result


class _Inliner:
    """Puts definitions in the place of references to them; `above` are those that we are inside of."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self._definitions = definitions

    def schema(self, value: Any, above: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            return [self.schema(item, above) for item in value]
        if not isinstance(value, dict):
            return value
        # What stands beside a reference holds as well, such as the description of this one use.
        beside = {
            name: self._member(name, item, above) for name, item in value.items() if name not in ("$ref", "$defs")
        }
        # It only repeats what `oneOf` says, by references to what has no name of its own here.
        beside.pop("discriminator", None)
        return {**self._referred(value["$ref"], above), **beside} if "$ref" in value else beside

    def _referred(self, reference: str, above: tuple[str, ...]) -> dict[str, Any]:
        name = reference.rpartition("/")[2]
        if name in above:
            return {"title": name}
        referred: dict[str, Any] = self.schema(self._definitions[name], (*above, name))
        return referred

    def _member(self, name: str, value: Any, above: tuple[str, ...]) -> Any:
        if name in _VALUES:
            return value
        if name in _NAMED:
            return {key: self.schema(item, above) for key, item in value.items()}
        return self.schema(value, above)

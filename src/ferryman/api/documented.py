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
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
            "model": ProblemBody,
        }
        for status in statuses
    }


def body_of(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """Document a body that the route reads by itself; the schema is inlined, since FastAPI does not know of it."""
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": inlined(model)}}}}


def inlined(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's JSON schema without references to definitions of its own."""
    return inlined_schema(model.model_json_schema())


def inlined_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON schema without references, except where it refers to itself: there it says "anything"."""
    definitions = schema.get("$defs", {})

    def resolve(value: Any, above: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            return [resolve(item, above) for item in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            name = value["$ref"].rpartition("/")[2]
            return {} if name in above else resolve(definitions[name], (*above, name))
        return {name: resolve(item, above) for name, item in value.items() if name != "$defs"}

    result: dict[str, Any] = resolve(schema, ())
    return result

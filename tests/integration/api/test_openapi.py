"""The OpenAPI document is a promise: a change of it is a change of this golden file.

After a wanted change: UPDATE_GOLDEN=1 .venv/bin/pytest tests/integration/api/test_openapi.py
"""

from __future__ import annotations

import json
import os
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from ferryman import Ferryman
from ferryman.api import create_app
from tests.integration.api.site import Site


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Box(BaseModel):
    label: str = "box"
    inside: list[Box] = []


class Crate(BaseModel):
    kind: Literal["crate"]
    reference: str = Field(alias="$ref")


class Sack(BaseModel):
    kind: Literal["sack"]
    size: Size = Size.SMALL


GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"


async def test_the_document_is_as_promised(site: Site) -> None:
    document = (await site.client.get("/openapi.json")).json()
    document["info"]["version"] = "-"  # the version is no part of the promise
    written = json.dumps(document, indent=1, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(written, encoding="utf-8")  # a small file, in a test
    assert written == GOLDEN.read_text(encoding="utf-8"), "see the top of this file"


async def test_every_task_has_an_operation_of_its_own(site: Site) -> None:
    paths = (await site.client.get("/openapi.json")).json()["paths"]
    power = paths["/v1/tasks/power/jobs"]["post"]
    assert power["operationId"] == "submit_task_power"
    assert power["requestBody"]["content"]["application/json"]["schema"]["required"] == ["base"]
    operations = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(operations) == len(set(operations))


def document_of(ferry: Ferryman) -> dict[str, Any]:
    return create_app(ferry).openapi()


def test_a_schema_means_the_same_without_its_definitions() -> None:
    ferry = Ferryman("sqlite://")

    @ferry.task
    async def load(
        box: Annotated[Box, Field(description="the first")],
        more: Annotated[Crate | Sack, Field(discriminator="kind")],
        count: Annotated[int, Field(ge=1, le=5)] = 1,
    ) -> None: ...

    operation = document_of(ferry)["paths"]["/v1/tasks/load/jobs"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert "$defs" not in json.dumps(schema)
    box, more, count = (schema["properties"][name] for name in ("box", "more", "count"))
    assert (box["description"], box["type"]) == ("the first", "object")
    assert box["properties"]["inside"]["items"] == {"title": "Box"}  # itself again: any value
    crate, sack = more["oneOf"]
    assert crate["properties"]["$ref"]["type"] == "string"
    assert sack["properties"]["size"] == {
        "default": "small",
        "enum": ["small", "large"],
        "title": "Size",
        "type": "string",
    }
    assert (count["minimum"], count["maximum"]) == (1, 5)


def test_operations_differ_whatever_tasks_are_named() -> None:
    ferry = Ferryman("sqlite://")
    for name in ("a.b", "a:b", "a-b", "a_b", "job", "any"):

        @ferry.task(name=name)
        async def nothing() -> None: ...

    operations = [
        operation["operationId"] for path in document_of(ferry)["paths"].values() for operation in path.values()
    ]
    assert len(operations) == len(set(operations))


async def test_errors_are_documented_as_problems_alone(site: Site) -> None:
    document = (await site.client.get("/openapi.json")).json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert answer["content"].keys() == {"application/problem+json"}


@pytest.mark.parametrize(
    "path",
    [
        "/job-status/{job_id}", "/v1/jobs", "/v1/jobs/{job_id}", "/v1/jobs/{job_id}/result", "/v1/tasks",
        "/v1/tasks/{task}", "/v1/queues", "/v1/queues/{queue}", "/v1/workers", "/v1/stats", "/livez", "/readyz",
    ],
)  # fmt: skip
async def test_answers_have_the_members_that_are_documented(site: Site, path: str) -> None:
    job_id = await site.submit("power", args={"base": 3})
    await site.work()
    document = (await site.client.get("/openapi.json")).json()
    answer = await site.client.get(path.format(job_id=job_id, task="power", queue="default"))
    content = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    check(document, content["schema"], answer.json())


def check(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """Check that a value has all members a schema requires and none that it does not know, all the way down."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for item in value if isinstance(value, list) else ():
        check(document, schema["items"], item)
    if "properties" in schema:
        assert set(schema["required"]) <= value.keys() <= schema["properties"].keys()
        for name, item in value.items():
            check(document, schema["properties"][name], item)

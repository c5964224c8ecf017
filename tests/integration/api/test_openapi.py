"""The OpenAPI document is a promise: a change of it is a change of this golden file.

After a wanted change: UPDATE_GOLDEN=1 .venv/bin/pytest tests/integration/api/test_openapi.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.integration.api.site import Site

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

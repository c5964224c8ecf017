"""`/v1/failures`: failed jobs by their cause."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ferryman.api.documented import problems
from ferryman.api.failure_schemas import FailureList
from ferryman.api.guarded import noun_router
from ferryman.api.render import JsonResponse, failure_body
from ferryman.app import Ferryman
from ferryman.store.failures import MOST_LISTED


def failures_router(ferry: Ferryman) -> APIRouter:
    """Return the route of the groups of failures."""
    router = noun_router("failures", "/v1/failures")

    @router.get("", response_model=FailureList, operation_id="list_failures", responses=problems(422, 503))
    async def list_failures(
        task: Annotated[str, Query(description="Only those of this task; empty for every one.")] = "",
    ) -> Response:
        """List failed jobs by their cause, which is the task, the type of the error and where it was raised."""
        client = await ferry.connections.here()
        groups = await client.store.inspector.failures(task or None, MOST_LISTED + 1)
        listed = [failure_body(group) for group in groups[:MOST_LISTED]]
        return JsonResponse({"groups": listed, "more": len(groups) > MOST_LISTED})

    return router

"""`/v1/queues`: look, pause, resume."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ferryman.api.documented import problems
from ferryman.api.guarded import noun_router
from ferryman.api.problems import Problem
from ferryman.api.render import JsonResponse, queue_body
from ferryman.api.schemas import QueueBody, QueueList
from ferryman.app import Ferryman
from ferryman.domain.errors import did_you_mean


def queues_router(ferry: Ferryman) -> APIRouter:
    """Return the routes of queues."""
    router = noun_router("queues", "/v1/queues")

    @router.get("", response_model=QueueList, operation_id="list_queues", responses=problems(422, 503))
    async def list_queues() -> Response:
        """List every queue that has or had jobs, or is paused."""
        client = await ferry.connections.here()
        return JsonResponse({"queues": [queue_body(row) for row in await client.store.inspector.queues()]})

    @router.get("/{queue}", response_model=QueueBody, operation_id="get_queue", responses=problems(404, 422, 503))
    async def get_queue(queue: str) -> Response:
        """Return a queue."""
        return await _answer(ferry, queue)

    @router.post("/{queue}/pause", response_model=QueueBody, operation_id="pause_queue", responses=problems(422, 503))
    async def pause_queue(request: Request, queue: str) -> Response:
        """Pause a queue: nothing of it is claimed until it is resumed; jobs may still be submitted."""
        by = request.client.host if request.client else "the HTTP API"
        client = await ferry.connections.here()
        await client.store.inspector.pause(queue, True, by)
        return await _answer(ferry, queue)

    @router.post(
        "/{queue}/resume", response_model=QueueBody, operation_id="resume_queue", responses=problems(404, 422, 503)
    )
    async def resume_queue(queue: str) -> Response:
        """Resume a queue."""
        client = await ferry.connections.here()
        await client.store.inspector.pause(queue, False)
        return await _answer(ferry, queue)

    return router


async def _answer(ferry: Ferryman, queue: str) -> Response:
    client = await ferry.connections.here()
    rows = {row.name: row for row in await client.store.inspector.queues()}
    if queue not in rows:
        raise Problem(404, "queue_not_found", f"no queue is named {queue[:80]!r}.{did_you_mean(queue, rows)}")
    return JsonResponse(queue_body(rows[queue]))

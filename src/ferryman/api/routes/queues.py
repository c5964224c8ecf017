"""`/v1/queues`: look, pause, resume, purge."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ferryman.api.bodies import check_object, read_json
from ferryman.api.bulk_schemas import PurgeBody
from ferryman.api.documented import body_of, lined, problems
from ferryman.api.guarded import noun_router
from ferryman.api.lines import LineStream
from ferryman.api.problems import Problem
from ferryman.api.render import JsonResponse, queue_body
from ferryman.api.schemas import QueueBody, QueueList
from ferryman.api.stopping import stop_of
from ferryman.app import Ferryman
from ferryman.bulk import Bulk, waiting_in
from ferryman.domain.errors import InvalidOption, did_you_mean, shown
from ferryman.domain.state import Operation
from ferryman.store.messages import QueueRow
from ferryman.store.overview import RECENT, figures


def queues_router(ferry: Ferryman) -> APIRouter:
    """Return the routes of queues."""
    router = noun_router("queues", "/v1/queues")

    @router.get("", response_model=QueueList, operation_id="list_queues", responses=problems(422, 503))
    async def list_queues() -> Response:
        """List every queue that has or had jobs, or is paused."""
        inspector = (await ferry.connections.here()).store.inspector
        rows = await inspector.queues()
        fared = figures(rows, await inspector.history(RECENT), await inspector.workers())
        return JsonResponse({"queues": [queue_body(row, fared[row.name]) for row in rows]})

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

    _add_purge(router, ferry)
    return router


def _add_purge(router: APIRouter, ferry: Ferryman) -> None:
    @router.post(
        "/{queue}/purge",
        response_class=Response,
        operation_id="purge_queue",
        openapi_extra=body_of(PurgeBody),
        responses={**lined("How it goes, as for /v1/bulk."), **problems(400, 404, 413, 422, 503)},
    )
    async def purge_queue(request: Request, queue: str) -> Response:
        """Delete the jobs that wait in a queue, pending and scheduled ones, and tell how it goes."""
        body = check_object(await read_json(request, ferry.settings.body_limit), ("confirm",), "")
        await _find(ferry, queue)
        if (said := body.get("confirm")) != queue:
            raise InvalidOption("confirm", f"confirm must be the name of the queue, {queue!r}, got {shown(said)}")
        inspector = (await ferry.connections.here()).store.inspector
        steps = Bulk(Operation.DELETE, waiting_in(queue)).run(inspector)
        return LineStream(steps, stop_of(request), request.url.path)


async def _answer(ferry: Ferryman, queue: str) -> Response:
    inspector = (await ferry.connections.here()).store.inspector
    row = await _find(ferry, queue)
    recent = await inspector.history(replace(RECENT, queue=queue))
    return JsonResponse(queue_body(row, figures([row], recent, await inspector.workers())[queue]))


async def _find(ferry: Ferryman, queue: str) -> QueueRow:
    client = await ferry.connections.here()
    rows = {row.name: row for row in await client.store.inspector.queues()}
    if queue not in rows:
        raise Problem(404, "queue_not_found", f"no queue is named {queue[:80]!r}.{did_you_mean(queue, rows)}")
    return rows[queue]

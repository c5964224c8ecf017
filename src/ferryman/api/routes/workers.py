"""`/v1/workers`: look, quiet, stop."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from ferryman.api.documented import problems
from ferryman.api.guarded import noun_router
from ferryman.api.problems import Problem
from ferryman.api.render import JsonResponse, worker_body
from ferryman.api.schemas import WorkerBody, WorkerList
from ferryman.app import Ferryman
from ferryman.store.messages import Command


def workers_router(ferry: Ferryman) -> APIRouter:
    """Return the routes of workers."""
    router = noun_router("workers", "/v1/workers")

    @router.get("", response_model=WorkerList, operation_id="list_workers", responses=problems(422, 503))
    async def list_workers() -> Response:
        """List the workers of the last hour, dead ones too."""
        client = await ferry.connections.here()
        return JsonResponse({"workers": [worker_body(row) for row in await client.store.inspector.workers()]})

    @router.get("/{worker}", response_model=WorkerBody, operation_id="get_worker", responses=problems(404, 422, 503))
    async def get_worker(worker: str) -> Response:
        """Return a worker."""
        return await _answer(ferry, worker)

    def add(command: Command, meaning: str) -> None:
        @router.post(
            f"/{{worker}}/{command}",
            response_model=WorkerBody,
            operation_id=f"{command}_worker",
            summary=f"{command.capitalize()} a worker",
            description=meaning,
            responses=problems(404, 422, 503),
        )
        async def leave_command(worker: str) -> Response:
            client = await ferry.connections.here()
            if not await client.store.inspector.command(worker, command):
                raise _unknown(worker)
            return await _answer(ferry, worker)

    add(Command.QUIET, "Let a worker claim nothing more; what it runs goes on.")
    add(Command.STOP, "Let a worker end the way TERM does: nothing more is claimed, what it runs may finish.")
    return router


async def _answer(ferry: Ferryman, worker: str) -> Response:
    client = await ferry.connections.here()
    for row in await client.store.inspector.workers():
        if row.info.id == worker:
            return JsonResponse(worker_body(row))
    raise _unknown(worker)


def _unknown(worker: str) -> Problem:
    return Problem(404, "worker_not_found", f"no worker of the last hour has the id {worker[:80]!r}")

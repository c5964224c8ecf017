"""`/livez` and `/readyz`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ferryman.api.documented import problems
from ferryman.api.guarded import ProbeRoute, noun_router
from ferryman.api.problems import Problem
from ferryman.api.render import JsonResponse
from ferryman.api.schemas import HealthBody
from ferryman.api.stopping import stop_of
from ferryman.app import Ferryman


def probes_router(ferry: Ferryman) -> APIRouter:
    """Return the probes."""
    router = noun_router("probes", route_class=ProbeRoute)

    @router.get("/livez", response_model=HealthBody, operation_id="live")
    async def live() -> Response:
        """Say that the process answers. Never touches the store: its outage is no reason to restart this process."""
        return JsonResponse({"status": "ok"})

    @router.get("/readyz", response_model=HealthBody, operation_id="ready", responses=problems(503))
    async def ready(request: Request) -> Response:
        """Say whether jobs can be stored, and how safe an acknowledged one is."""
        if stop_of(request).is_set:
            raise Problem(503, "stopping", "the server is stopping")
        client = await ferry.connections.here()
        health = await client.store.inspector.health()
        return JsonResponse({"status": "ok", "store": health.store, "durability": health.level})

    return router

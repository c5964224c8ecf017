"""`/v1/events`: the live overview, for the dashboard."""

from __future__ import annotations

from typing import Annotated
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from ferryman.api.documented import problems, streamed
from ferryman.api.guarded import noun_router
from ferryman.api.live import Live
from ferryman.api.stopping import stop_of
from ferryman.api.stream import EventStream
from ferryman.app import Ferryman
from ferryman.client import Client


def live_router(ferry: Ferryman) -> APIRouter:
    """Return the route of the live overview."""
    router = noun_router("stats", "/v1")
    samplers: WeakKeyDictionary[Client, Live] = WeakKeyDictionary()

    @router.get(
        "/events",
        response_class=Response,
        operation_id="follow_all",
        responses={**streamed("A `snapshot`, then each `patch` of it."), **problems(422, 503)},
    )
    async def follow_all(
        request: Request,
        after: Annotated[str | None, Query(max_length=100, description="As Last-Event-ID.")] = None,
        last_event_id: Annotated[str | None, Header(max_length=100)] = None,
    ) -> Response:
        """Stream queues, tasks and workers as they change."""
        client = await ferry.connections.here()
        if client not in samplers:
            samplers[client] = Live(client.store, lambda: ferry.tasks)
        return EventStream(samplers[client].listen(last_event_id or after), stop_of(request))

    return router

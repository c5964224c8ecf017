"""`/v1/jobs/{id}/events`: all that becomes of a job, as it happens."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from ferryman.api.documented import problems, streamed
from ferryman.api.gone import gone
from ferryman.api.guarded import noun_router
from ferryman.api.stopping import stop_of
from ferryman.api.stream import EventStream, event
from ferryman.app import Ferryman
from ferryman.client import Client
from ferryman.domain.clock import rfc3339
from ferryman.domain.errors import JobNotFound
from ferryman.domain.ids import parse_job_id
from ferryman.store.events import JobEvent, Place, has_all
from ferryman.store.query import Include

_ATTEMPTS = frozenset({Include.ATTEMPTS})
_WHAT = "`state`, `progress`, `log`, `output`, `gap`, and `result` at last; or `gone`, or `bye`."


def events_router(ferry: Ferryman) -> APIRouter:
    """Return the route of a job's events."""
    router = noun_router("jobs", "/v1/jobs")

    @router.get(
        "/{job_id}/events",
        response_class=Response,
        operation_id="follow_job",
        responses={
            **streamed(_WHAT),
            204: {"description": "There is nothing behind that event: it was the last one."},
            **problems(404, 410, 422, 503),
        },
    )
    async def follow_job(
        request: Request,
        job_id: str,
        after: Annotated[str | None, Query(max_length=100, description="As Last-Event-ID.")] = None,
        last_event_id: Annotated[str | None, Header(max_length=100)] = None,
    ) -> Response:
        """Stream all that becomes of a job, from its beginning or from behind an event."""
        identifier, begin = parse_job_id(job_id), last_event_id or after
        place = Place.parse(begin)
        client = await ferry.connections.here()
        [job] = await client.store.inspector.get([identifier], _ATTEMPTS)
        if job is None:
            raise gone(ferry, identifier)
        if has_all(job, place):
            return Response(status_code=204)  # ends the reconnecting of an EventSource
        return EventStream(_written(client, identifier, begin), stop_of(request))

    return router


async def _written(client: Client, job_id: str, after: str | None) -> AsyncIterator[bytes]:
    try:
        async with aclosing(client.following.batches(job_id, after)) as batches:
            async for batch in batches:
                text = b"".join([event(told.kind, _data(told), told.id) for told in batch])
                batch.clear()  # a slow reader keeps what is sent, not what it was made of
                yield text
    except JobNotFound:
        yield event("gone", json.dumps({"detail": f"job {job_id} is not there any more: it was deleted"}))


#: The same event goes to all who follow a job.
_time = lru_cache(maxsize=256)(rfc3339)


def _data(told: JobEvent) -> str:
    """Return an event's own members with those that each has."""
    members = told.data.strip()[1:-1].strip()
    head = f'"at": "{_time(told.at)}", "attempt": {told.attempt}'
    return f"{{{head}, {members}}}" if members else f"{{{head}}}"

"""`/v1/jobs/{id}/result`: the end of a job, waited for if the client likes."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ferryman.api.documented import problems
from ferryman.api.gone import gone
from ferryman.api.guarded import noun_router
from ferryman.api.render import JsonResponse, raw, time_of
from ferryman.api.schemas import ResultBody
from ferryman.api.stopping import stop_of
from ferryman.api.wire import left
from ferryman.app import Ferryman
from ferryman.domain.errors import JobNotFound, ResultTimeout
from ferryman.domain.ids import parse_job_id
from ferryman.domain.job import Job
from ferryman.store.query import Include

#: The longest that a request is held, in seconds.
LONGEST_WAIT = 60.0
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\"?)([0-9]+)\1(?:$|[,;\s])", re.IGNORECASE)


def results_router(ferry: Ferryman) -> APIRouter:
    """Return the route of results."""
    router = noun_router("jobs", "/v1/jobs")

    @router.get(
        "/{job_id}/result",
        response_model=ResultBody,
        operation_id="get_result",
        responses={202: {"description": "It has not ended.", "model": ResultBody}, **problems(404, 410, 422, 503)},
    )
    async def get_result(request: Request, job_id: str) -> Response:
        """Return a job's result: 200 when it has ended, however, 202 when not. `Prefer: wait=30` holds the answer."""
        identifier = parse_job_id(job_id)
        client = await ferry.connections.here()
        [job] = await client.store.inspector.get([identifier], frozenset({Include.RESULT}))
        if job is None:
            raise gone(ferry, identifier)
        wait = _wanted_wait(request)
        if wait and not job.final:
            try:
                job = await _finished(ferry, identifier, wait, request)
            except JobNotFound:
                raise gone(ferry, identifier) from None
            if job is None:
                [job] = await client.store.inspector.get([identifier], frozenset({Include.RESULT}))
        if job is None:
            raise gone(ferry, identifier)
        return _answer(job, wait)

    return router


def _wanted_wait(request: Request) -> float:
    # A list may be spread over several headers; a number too long for a float is infinite.
    match = _WAIT.search(",".join(request.headers.getlist("prefer")))
    return min(float(match[2]), LONGEST_WAIT) if match else 0.0


async def _finished(ferry: Ferryman, job_id: str, wait: float, request: Request) -> Job | None:
    """Return the job when it ends within `wait` seconds, before the server stops and before the client leaves."""
    client = await ferry.connections.here()
    ending = asyncio.ensure_future(client.finished(job_id, wait))
    others = [asyncio.ensure_future(stop_of(request).wait()), asyncio.ensure_future(left(request.receive))]
    try:
        await asyncio.wait({ending, *others}, return_when=asyncio.FIRST_COMPLETED)
        return ending.result() if ending.done() else None
    except ResultTimeout:
        return None
    finally:
        for future in (ending, *others):
            future.cancel()
        await asyncio.gather(ending, *others, return_exceptions=True)


def _answer(job: Job, waited: float) -> Response:
    body: dict[str, Any] = {"id": job.id, "state": job.state, "task": job.task}
    headers = {"Preference-Applied": f"wait={waited:.0f}"} if waited else {}
    if not job.final:
        return JsonResponse(body, 202, {**headers, "Retry-After": "1"})
    body.update(result=raw(job.result), error=raw(job.error), finished_at=time_of(job.finished_at))
    return JsonResponse(body, headers=headers)

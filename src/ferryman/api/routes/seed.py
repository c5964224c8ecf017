"""The two endpoints that never change."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ferryman.api.bodies import read_json
from ferryman.api.documented import body_of, problems
from ferryman.api.guarded import noun_router
from ferryman.api.render import JsonResponse
from ferryman.api.schemas import JobStatus, JobSubmitted, SubmitJob
from ferryman.api.submissions import flat_job, idempotent, place_of, replay_headers
from ferryman.app import Ferryman
from ferryman.domain.errors import JobNotFound
from ferryman.domain.ids import parse_job_id


def seed_router(ferry: Ferryman) -> APIRouter:
    """Return the routes of the seed contract."""
    router = noun_router("jobs")

    @router.post(
        "/submit-job",
        response_model=JobSubmitted,
        operation_id="submit_job",
        openapi_extra=body_of(SubmitJob),
        responses=problems(400, 413, 422, 503),
    )
    async def submit_job(request: Request) -> Response:
        """Submit a job; it is stored when the answer comes."""
        body = await read_json(request, ferry.settings.body_limit)
        jobs = idempotent(request, [flat_job(ferry, body)], body)
        client = await ferry.connections.here()
        answers = await client.submit(jobs)
        headers = {"Location": place_of(request, "/submit-job", answers[0].id), **replay_headers(answers)}
        return JsonResponse({"job_id": answers[0].id}, headers=headers)

    @router.get(
        "/job-status/{job_id}",
        response_model=JobStatus,
        operation_id="job_status",
        responses=problems(404, 422, 503),
    )
    async def job_status(request: Request, job_id: str) -> Response:
        """Say where a job stands."""
        identifier = parse_job_id(job_id)
        client = await ferry.connections.here()
        [job] = await client.store.inspector.get([identifier])
        if job is None:
            raise JobNotFound(identifier)
        body: dict[str, Any] = {"job_id": job.id, "task": job.task, "status": job.status, "retries": job.retries}
        return JsonResponse(body, headers={"Location": place_of(request, f"/job-status/{job_id}", job.id)})

    return router

"""`/v1/jobs`: submit, look, wait, act."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ferryman import failpoints
from ferryman.api.bodies import check_object, read_json
from ferryman.api.documented import body_of, problems
from ferryman.api.guarded import noun_router
from ferryman.api.problems import Problem
from ferryman.api.render import JsonResponse, event_body, job_body, why_body
from ferryman.api.schemas import BatchAnswer, BatchBody, CountBody, CreatedBody, JobBody, JobPage, NewJobBody, WhyBody
from ferryman.api.submissions import idempotent, nested_job, place_of, replay_headers, said_of
from ferryman.app import Ferryman
from ferryman.domain.errors import ActionRefused, InvalidOption, JobNotFound
from ferryman.domain.ids import parse_job_id
from ferryman.domain.job import NewJob
from ferryman.domain.state import Operation
from ferryman.ports import SYSTEM
from ferryman.store.query import Include, PageRequest
from ferryman.store.query_text import parse_query
from ferryman.store.why import why

MOST_IN_BATCH = 1_000
EVENTS = "events"
QUERY = 'state:failed queue:mail task:send_email tag:x id:019a2b3c key:k worker:w error:"timed out" after:2h before:1h'
_ACTIONS = {
    "cancel": (Operation.CANCEL, "Cancel a job that has not ended"),
    "retry": (Operation.RETRY, "Run a job that has ended once more"),
    "run-now": (Operation.RUN_NOW, "Run a scheduled job now"),
}


def jobs_router(ferry: Ferryman) -> APIRouter:
    """Return the routes of jobs."""
    router = noun_router("jobs", "/v1/jobs")
    _add_submits(router, ferry)
    _add_list(router, ferry)
    _add_get(router, ferry)
    _add_actions(router, ferry)
    return router


def _add_submits(router: APIRouter, ferry: Ferryman) -> None:
    @router.post(
        "",
        status_code=202,
        response_model=CreatedBody,
        operation_id="create_job",
        openapi_extra=body_of(NewJobBody),
        responses=problems(400, 413, 422, 503),
    )
    async def create_job(request: Request) -> Response:
        """Submit a job; it is stored when the answer comes."""
        body = await read_json(request, ferry.settings.body_limit)
        return await accept(ferry, request, "/v1/jobs", nested_job(ferry, body), body)

    @router.post(
        "/batch",
        response_model=BatchAnswer,
        operation_id="create_jobs",
        openapi_extra=body_of(BatchBody),
        responses=problems(400, 413, 422, 503),
    )
    async def create_jobs(request: Request) -> Response:
        """Submit up to 1,000 jobs in one step; each gets its id or its problem, or with `atomic` all or none."""
        body = check_object(await read_json(request, ferry.settings.body_limit), ("jobs", "atomic"), "")
        items, atomic = body.get("jobs"), body.get("atomic", False)
        if not isinstance(items, list) or not 1 <= len(items) <= MOST_IN_BATCH or not isinstance(atomic, bool):
            detail = f"jobs must be a list of 1 to {MOST_IN_BATCH} jobs, and atomic true or false"
            raise Problem(422, "invalid_body", detail, errors=[("/jobs", detail)])
        return await _accept_batch(ferry, request, items, atomic)


async def accept(ferry: Ferryman, request: Request, own: str, job: NewJob, said: Any) -> Response:
    """Store one job and answer 202 with its id and place; `own` is the route's path, `said` what was asked."""
    client = await ferry.connections.here()
    answers = await client.submit(idempotent(request, [job], said))
    headers = {"Location": place_of(request, own, answers[0].id), **replay_headers(answers)}
    return JsonResponse(said_of(answers[0]), 202, headers)


async def _accept_batch(ferry: Ferryman, request: Request, items: list[Any], atomic: bool) -> Response:
    jobs: dict[int, NewJob] = {}
    answers: dict[int, dict[str, Any]] = {}
    wrong: list[Problem] = []
    for number, item in enumerate(items):
        try:
            jobs[number] = nested_job(ferry, item, f"/jobs/{number}")
        except Problem as problem:
            wrong.append(problem)
            answers[number] = {"problem": problem.body(request.url.path)}
    if wrong and atomic:
        errors = [error for problem in wrong for error in problem.errors]
        raise Problem(422, "invalid_batch", f"nothing was stored: {len(wrong)} jobs are wrong", errors=errors)
    client = await ferry.connections.here()
    stored = await client.submit(idempotent(request, list(jobs.values()), [items, atomic], list(jobs)))
    headers = replay_headers(stored)
    answers.update(zip(jobs, map(said_of, stored), strict=True))
    return JsonResponse({"jobs": [answers[number] for number in range(len(items))]}, headers=headers)


def _add_list(router: APIRouter, ferry: Ferryman) -> None:
    @router.get("", response_model=JobPage, operation_id="list_jobs", responses=problems(422, 503))
    async def list_jobs(
        query: Annotated[str, Query(max_length=1_000, description=QUERY)] = "",
        state: Annotated[list[str] | None, Query(max_length=20)] = None,
        queue: Annotated[list[str] | None, Query(max_length=100)] = None,
        task: Annotated[list[str] | None, Query(max_length=100)] = None,
        tag: Annotated[list[str] | None, Query(max_length=16)] = None,
        sort: Annotated[str, Query(description="-submitted (newest first) or submitted")] = "-submitted",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Response:
        """List jobs, newest first; pages are followed by their cursor."""
        if sort not in ("-submitted", "submitted"):
            raise InvalidOption("sort", f"sort must be -submitted or submitted, got {sort!r:.80}")
        apart = {"state": state or (), "queue": queue or (), "task": task or (), "tag": tag or ()}
        where = parse_query(query, SYSTEM.clock(), apart)
        client = await ferry.connections.here()
        page = await client.store.inspector.find(where, PageRequest(limit, cursor, sort == "submitted"))
        scan = {"examined": page.examined, "complete": page.complete} if where.scanned else None
        return JsonResponse({"jobs": [job_body(job) for job in page.jobs], "cursor": page.cursor, "scan": scan})

    @router.get("/count", response_model=CountBody, operation_id="count_jobs", responses=problems(422, 503))
    async def count_jobs(query: Annotated[str, Query(max_length=1_000, description=QUERY)] = "") -> Response:
        """Count jobs: exactly where the kept counts tell it, else by looking at up to 10,000."""
        where = parse_query(query, SYSTEM.clock())
        client = await ferry.connections.here()
        counted = await client.store.inspector.count(where)
        return JsonResponse({"jobs": counted.jobs, "exact": counted.exact})


def _add_get(router: APIRouter, ferry: Ferryman) -> None:
    @router.get("/{job_id}", response_model=JobBody, operation_id="get_job", responses=problems(404, 422, 503))
    async def get_job(
        job_id: str,
        include: Annotated[str, Query(max_length=100, description="args, result, attempts, events; with commas")] = "",
    ) -> Response:
        """Return a job."""
        names = [name for name in include.split(",") if name]
        for name in names:
            if name not in (*Include, EVENTS):
                known = ", ".join((*Include, EVENTS))
                raise InvalidOption("include", f"there is nothing named {name!r:.80} to include; there are: {known}")
        wanted = frozenset(Include(name) for name in names if name != EVENTS)
        identifier = parse_job_id(job_id)
        client = await ferry.connections.here()
        [job] = await client.store.inspector.get([identifier], wanted)
        if job is None:
            raise JobNotFound(identifier)
        body = job_body(job, wanted)
        if EVENTS in names:
            body["events"] = [event_body(entry) for entry in await client.store.feed.read(identifier, limit=1_000)]
        return JsonResponse(body)

    @router.get("/{job_id}/why", response_model=WhyBody, operation_id="why_job", responses=problems(404, 422, 503))
    async def why_job(job_id: str) -> Response:
        """Say why a job is where it is: what it waits for, since when, until when, and what would free it."""
        client = await ferry.connections.here()
        job, reason = await why(client.store.inspector, parse_job_id(job_id), SYSTEM.clock())
        return JsonResponse(why_body(job, reason))


def _add_actions(router: APIRouter, ferry: Ferryman) -> None:
    def add(name: str, operation: Operation, summary: str) -> None:
        @router.post(
            f"/{{job_id}}/{name}",
            response_model=JobBody,
            operation_id=f"{name.replace('-', '_')}_job",
            summary=summary,
            responses=problems(404, 409, 422, 503),
        )
        async def action(job_id: str) -> Response:
            identifier = await _act(ferry, operation, job_id)
            client = await ferry.connections.here()
            [job] = await client.store.inspector.get([identifier])
            if job is None:
                raise JobNotFound(identifier)
            return JsonResponse(job_body(job))

    for name, (operation, summary) in _ACTIONS.items():
        add(name, operation, summary)

    @router.delete("/{job_id}", status_code=204, operation_id="delete_job", responses=problems(404, 409, 422, 503))
    async def delete_job(job_id: str) -> Response:
        """Delete a job that is not running, with everything it had."""
        await _act(ferry, Operation.DELETE, job_id)
        return Response(status_code=204)


async def _act(ferry: Ferryman, operation: Operation, job_id: str) -> str:
    identifier = parse_job_id(job_id)
    client = await ferry.connections.here()
    [changed] = await client.store.inspector.act(operation, [identifier])
    failpoints.reached("act.answered")
    if not changed.done:
        if changed.state is None:
            raise JobNotFound(identifier)
        raise ActionRefused(f"cannot {operation} job {identifier}: it is {changed.state}")
    return identifier

"""`/v1/bulk`: one action on many jobs."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ferryman.api.bodies import check_object, read_json
from ferryman.api.bulk_schemas import BulkBody, BulkPreview
from ferryman.api.documented import body_of, lined, problems
from ferryman.api.guarded import noun_router
from ferryman.api.lines import LineStream
from ferryman.api.problems import Problem
from ferryman.api.render import JsonResponse, job_body
from ferryman.api.stopping import stop_of
from ferryman.app import Ferryman
from ferryman.bulk import STEP, Bulk, Tally, act_on, aimed
from ferryman.domain.errors import InvalidOption, did_you_mean, shown
from ferryman.domain.ids import parse_job_id
from ferryman.domain.job import Job
from ferryman.domain.state import Operation, sources
from ferryman.ports import SYSTEM
from ferryman.store.messages import ACTIONS
from ferryman.store.protocol import Inspector
from ferryman.store.query import Counted, JobFilter, PageRequest
from ferryman.store.query_text import parse_query

#: Jobs that a dry run shows.
SAMPLE = 5
LONGEST_QUERY = 1_000

_ANSWER = (
    "With `dry_run` what would be done; otherwise a line of JSON at least twice a second and for each 1,000 jobs, "
    'and a last one with `"finished": true` or with a `problem`.'
)


def bulk_router(ferry: Ferryman) -> APIRouter:
    """Return the route of actions on many jobs."""
    router = noun_router("jobs", "/v1")

    @router.post(
        "/bulk",
        response_model=BulkPreview,
        operation_id="act_on_jobs",
        openapi_extra=body_of(BulkBody),
        responses={**lined(_ANSWER), **problems(400, 413, 422, 503)},
    )
    async def act_on_jobs(request: Request) -> Response:
        """Retry, cancel, run now or delete the jobs that are named or that a query finds, and tell how it goes."""
        body = check_object(
            await read_json(request, ferry.settings.body_limit), ("action", "ids", "query", "dry_run"), ""
        )
        operation, dry = _action(body.get("action")), body.get("dry_run", False)
        if not isinstance(dry, bool):
            raise InvalidOption("dry_run", f"dry_run must be true or false, got {shown(dry)}")
        ids, where = _which(operation, body)
        inspector = (await ferry.connections.here()).store.inspector
        if dry:
            counted, sample = await _preview(inspector, operation, ids, where)
            said = {"action": operation, "jobs": counted.jobs, "exact": counted.exact}
            return JsonResponse(said | {"sample": [job_body(job) for job in sample]})
        steps = _named(inspector, operation, ids) if where is None else Bulk(operation, where).run(inspector)
        return LineStream(steps, stop_of(request), request.url.path)

    return router


def _action(name: Any) -> Operation:
    known = [operation.value for operation in ACTIONS]
    if name not in known:
        hint = (did_you_mean(name, known) if isinstance(name, str) else "") or f" There are: {', '.join(known)}."
        raise InvalidOption("action", f"there is no action {shown(name)}.{hint}")
    return Operation(name)


def _which(operation: Operation, body: dict[str, Any]) -> tuple[list[str], JobFilter | None]:
    """Return the ids, or the filter, that a body names."""
    ids, query = body.get("ids"), body.get("query")
    if (ids is None) == (query is None):
        raise InvalidOption("query", "say which jobs: either ids, a list, or a query such as state:failed queue:mail")
    if query is not None:
        if not isinstance(query, str) or len(query) > LONGEST_QUERY:
            raise InvalidOption("query", f"query must be text of at most {LONGEST_QUERY} characters")
        return [], aimed(operation, parse_query(query, SYSTEM.clock()))
    if not isinstance(ids, list) or not 1 <= len(ids) <= STEP:
        raise InvalidOption("ids", f"ids must be a list of 1 to {STEP} ids; use a query for more")
    return list(dict.fromkeys(_id(number, one) for number, one in enumerate(ids))), None


def _id(number: int, text: Any) -> str:
    try:
        return parse_job_id(text if isinstance(text, str) else shown(text))
    except InvalidOption as error:
        raise Problem(422, "invalid_option", str(error), errors=[(f"/ids/{number}", str(error))]) from None


async def _preview(
    inspector: Inspector, operation: Operation, ids: list[str], where: JobFilter | None
) -> tuple[Counted, list[Job]]:
    """Return how many jobs it would be, and the first of them."""
    if where is not None:
        return await inspector.count(where), list((await inspector.find(where, PageRequest(SAMPLE))).jobs)
    fitting = [job for job in await inspector.get(ids) if job is not None and job.state in sources(operation)]
    return Counted(len(fitting), True), fitting[:SAMPLE]


async def _named(inspector: Inspector, operation: Operation, ids: list[str]) -> AsyncGenerator[Tally, None]:
    yield await act_on(inspector, operation, ids)

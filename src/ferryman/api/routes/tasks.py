"""`/v1/tasks`: what can be submitted, and a typed route per task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ferryman.api.bodies import parsed, read_body
from ferryman.api.documented import inlined_schema, problems
from ferryman.api.guarded import noun_router
from ferryman.api.problems import Problem
from ferryman.api.render import JsonResponse, statistics_body
from ferryman.api.routes.jobs import accept
from ferryman.api.schemas import CreatedBody, TaskBody, TaskList
from ferryman.api.submissions import OPTION_NAMES, query_options, typed_job
from ferryman.app import Ferryman
from ferryman.domain.errors import UnknownTask
from ferryman.domain.task import Task
from ferryman.store.overview import OF_A_DAY, TaskStatistics, statistics


def tasks_router(ferry: Ferryman) -> APIRouter:
    """Return the routes of tasks; the typed ones are those registered now."""
    router = noun_router("tasks", "/v1/tasks")

    @router.get("", response_model=TaskList, operation_id="list_tasks", responses=problems(422, 503))
    async def list_tasks() -> Response:
        """List the tasks of this app."""
        counts, fared = await _counts(ferry), await _statistics(ferry)
        return JsonResponse({"tasks": [_body(handle.task, counts, fared) for _, handle in sorted(ferry.tasks.items())]})

    @router.get("/{task}", response_model=TaskBody, operation_id="get_task", responses=problems(404, 422, 503))
    async def get_task(task: str) -> Response:
        """Return a task: its signature, the JSON schema of its arguments, its defaults and counts."""
        try:
            definition = ferry.find_task(task)
        except UnknownTask as error:
            raise Problem(404, "task_not_found", str(error)) from None
        return JsonResponse(_body(definition, await _counts(ferry), await _statistics(ferry, task)))

    for _, handle in sorted(ferry.tasks.items()):
        _add_typed(router, ferry, handle.task)
    # Last: tasks that are registered after this are served too, they only have no schema of their own in /docs.
    _add_any(router, ferry)
    return router


def _add_typed(router: APIRouter, ferry: Ferryman, task: Task) -> None:
    @router.post(
        f"/{task.name}/jobs",
        status_code=202,
        response_model=CreatedBody,
        operation_id=f"submit_task_{task.name}",
        summary=f"Submit {task.name}",
        description=task.doc or f"Submit a job of {task.signature}.",
        openapi_extra=_documented(task),
        responses=problems(400, 413, 422, 503),
    )
    async def submit_task(request: Request) -> Response:
        return await _submit(ferry, request, task.name)


def _add_any(router: APIRouter, ferry: Ferryman) -> None:
    @router.post("/{task}/jobs", status_code=202, include_in_schema=False, openapi_extra={"parameters": _options()})
    async def submit_any(task: str, request: Request) -> Response:
        return await _submit(ferry, request, task)


async def _submit(ferry: Ferryman, request: Request, task: str) -> Response:
    body = await read_body(request, ferry.settings.body_limit)
    args, options = parsed(body) if body else {}, query_options(request)
    job = typed_job(ferry, task, args, options)
    return await accept(ferry, request, f"/v1/tasks/{task}/jobs", job, [args, options])


def _documented(task: Task) -> dict[str, Any]:
    schema = inlined_schema(task.parameters.schema())
    body = {"required": bool(task.parameters.required), "content": {"application/json": {"schema": schema}}}
    return {"requestBody": body, "parameters": _options()}


def _options() -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "required": False, "schema": _OPTION_SCHEMAS[name]} for name in OPTION_NAMES]


_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
_OPTION_SCHEMAS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(OPTION_NAMES, _TEXT),
    "priority": {**_NUMBER, "minimum": 0, "maximum": 9},
    "retries": _NUMBER,
    "crashes": _NUMBER,
    "replicas": _NUMBER,
    "tags": {"type": "array", "items": _TEXT},
}


async def _counts(ferry: Ferryman) -> dict[str, Counter[str]]:
    client = await ferry.connections.here()
    counts: dict[str, Counter[str]] = {}
    for count in await client.store.inspector.counts():
        counts.setdefault(count.task, Counter())[count.state] += count.jobs
    return counts


async def _statistics(ferry: Ferryman, task: str | None = None) -> Mapping[str, TaskStatistics]:
    client = await ferry.connections.here()
    return statistics(await client.store.inspector.history(replace(OF_A_DAY, task=task)))


def _body(task: Task, counts: dict[str, Counter[str]], fared: Mapping[str, TaskStatistics]) -> dict[str, Any]:
    defaults = {f.name: value for f in fields(task.options) if (value := getattr(task.options, f.name)) is not None}
    return {
        "name": task.name,
        "signature": task.signature,
        "doc": task.doc,
        "schema": task.parameters.schema(),
        "defaults": {**defaults, "process": task.process},
        "jobs": dict(counts.get(task.name, {})),
        "statistics": statistics_body(fared.get(task.name, TaskStatistics())),
    }

"""Routes that answer every error as problem+json by themselves, in whatever application they are mounted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, get_args, get_origin

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ferryman.api.problems import Problem, from_http, from_validation, problem_of, step, unforeseen
from ferryman.domain.errors import FerrymanError, did_you_mean

_log = logging.getLogger("ferryman.api")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """A route whose errors become problems, and whose answers carry the request's `X-Request-ID` back."""

    def get_route_handler(self) -> Handler:
        """Wrap the framework's handler."""
        handle, check = super().get_route_handler(), self._query_check()

        async def guarded(request: Request) -> Response:
            try:
                if request.scope["query_string"]:
                    check(request)
                response = await handle(request)
            except Exception as error:
                response = as_problem(error, request).response(request)
            return with_request_id(request, response)

        return guarded

    def _query_check(self) -> Callable[[Request], None]:
        """Return what refuses parameters that would be dropped in silence: those the document does not name."""
        # FastAPI knows of those that it reads itself, the document also of those that a route reads.
        lists = {field.alias: _is_list(field.field_info.annotation) for field in self.dependant.query_params}
        for parameter in (self.openapi_extra or {}).get("parameters", ()):
            lists[parameter["name"]] = parameter["schema"].get("type") == "array"

        def check(request: Request) -> None:
            names = [name for name, _ in request.query_params.multi_items()]
            for name in names:
                if name not in lists:
                    known = f"there are: {', '.join(lists)}" if lists else "this route has none"
                    detail = f"there is no parameter {name[:80]!r}.{did_you_mean(name, lists)} ({known})"
                    raise Problem(422, "unknown_parameter", detail, errors=[(step(name), detail)])
                if not lists[name] and names.count(name) > 1:
                    detail = f"the parameter {name!r} is given twice"
                    raise Problem(422, "invalid_parameter", detail, errors=[(step(name), detail)])

        return check


class ProbeRoute(GuardedRoute):
    """A guarded route that takes any query: a probe is not to fail for what a monitor adds to its path."""

    def _query_check(self) -> Callable[[Request], None]:
        return lambda request: None


def _is_list(annotation: Any) -> bool:
    return any(get_origin(part) is list for part in (annotation, *get_args(annotation)))


def as_problem(error: Exception, request: Request) -> Problem:
    """Translate whatever was raised; what nobody foresaw is logged with its traceback and answered without."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return from_validation(error)
    if isinstance(error, HTTPException):
        return from_http(error)
    if isinstance(error, ClientDisconnect):
        return Problem(400, "client_left", "the connection ended before the request did")  # nobody reads it
    if isinstance(error, FerrymanError):
        return problem_of(error, reading=request.method == "GET")
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return unforeseen()


def with_request_id(request: Request, response: Response) -> Response:
    """Give the request's own id back, so that a client can match its log with ours."""
    request_id = request.headers.get("x-request-id")
    if request_id and len(request_id) <= 200 and request_id.isprintable():
        response.headers["X-Request-ID"] = request_id
    return response


def noun_router(tag: str, prefix: str = "", route_class: type[APIRoute] = GuardedRoute) -> APIRouter:
    """Return an empty router whose routes are guarded."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=route_class)

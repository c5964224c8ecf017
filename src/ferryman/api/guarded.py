"""Routes that answer every error as problem+json by themselves, in whatever application they are mounted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from ferryman.api.problems import Problem, from_http, from_validation, problem_of, unforeseen
from ferryman.domain.errors import FerrymanError

_log = logging.getLogger("ferryman.api")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """A route whose errors become problems, and whose answers carry the request's `X-Request-ID` back."""

    def get_route_handler(self) -> Handler:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                response = await handle(request)
            except Exception as error:
                response = as_problem(error, request).response(request)
            return with_request_id(request, response)

        return guarded


def as_problem(error: Exception, request: Request) -> Problem:
    """Translate whatever was raised; what nobody foresaw is logged with its traceback and answered without."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return from_validation(error)
    if isinstance(error, HTTPException):
        return from_http(error)
    if isinstance(error, FerrymanError):
        return problem_of(error)
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return unforeseen()


def with_request_id(request: Request, response: Response) -> Response:
    """Give the request's own id back, so that a client can match its log with ours."""
    request_id = request.headers.get("x-request-id")
    if request_id and len(request_id) <= 200 and request_id.isprintable():
        response.headers["X-Request-ID"] = request_id
    return response


def noun_router(tag: str, prefix: str = "") -> APIRouter:
    """Return an empty router whose routes are guarded."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=GuardedRoute)

"""The complete application that `ferryman serve` runs, and the lifespan for an application of your own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from ferryman.api.guarded import as_problem, with_request_id
from ferryman.api.pages import pages_router
from ferryman.api.router import router
from ferryman.api.stopping import Stop
from ferryman.app import Ferryman
from ferryman.runtime import worker_for
from ferryman.version import __version__

_log = logging.getLogger("ferryman.api")
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def lifespan(ferry: Ferryman, *, worker: bool = False) -> Lifespan:
    """Return a lifespan that opens the store at the start and closes it at the end.

    With `worker=True` the process also runs a worker, beside the requests: right for small services, while a separate
    `ferryman worker` keeps a busy task from slowing requests down. Raises what opening the store raises.
    """

    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(ferry)
            stop = app.state.ferryman_stop = stack.enter_context(Stop().on_signals())
            if worker:
                await stack.enter_async_context(_worker_inside(ferry, stop))
            yield

    return live


@asynccontextmanager
async def _worker_inside(ferry: Ferryman, stop: Stop) -> AsyncIterator[None]:
    """Run a worker on this loop until the server is told to stop or the body ends, and let it drain."""
    async with worker_for(ferry) as worker:
        running = asyncio.create_task(worker.run(), name="ferryman-worker")
        running.add_done_callback(_tell_of_failure)
        stopping = asyncio.create_task(stop.wait())
        # Called once, by the signal or by the end of the body: asked twice, a worker ends without grace.
        stopping.add_done_callback(lambda _: worker.stop())
        try:
            yield
        finally:
            stopping.cancel()
            await running


def _tell_of_failure(running: asyncio.Task[None]) -> None:
    # The server goes on without its worker, and raises this at its end only.
    if not running.cancelled() and (error := running.exception()) is not None:
        _log.error("the worker inside the server has failed; jobs wait for another one", exc_info=error)


def create_app(ferry: Ferryman) -> FastAPI:
    """Return the application: all routes, /docs without the internet, and every error as problem+json."""
    app = FastAPI(
        title="Ferryman",
        version=__version__,
        summary="Submit jobs, follow them, and see what runs.",
        lifespan=lifespan(ferry),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a POST that is sent elsewhere loses its body in many clients: a 404 is clearer
    )
    # Not include_router: see router.py.
    app.router.routes.extend([*router(ferry).routes, *pages_router().routes])

    async def answer(request: Request, error: Exception) -> Response:
        problem = as_problem(error, request)
        if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
            problem.headers["Allow"] = ", ".join(_methods(request))
        return with_request_id(request, problem.response(request))

    # Whatever no route answers: unknown paths, wrong methods, and bugs of ours.
    app.add_exception_handler(HTTPException, answer)
    app.add_exception_handler(Exception, answer)
    return app


def _methods(request: Request) -> list[str]:
    """Return what may be done with the path: the framework names the methods of one route only."""
    matching = (route for route in request.app.router.routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in matching for method in getattr(route, "methods", None) or ()})

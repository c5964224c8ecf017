"""The complete application that `ferryman serve` runs, and the lifespan for an application of your own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ferryman.api.guarded import as_problem, with_request_id
from ferryman.api.pages import pages_router
from ferryman.api.router import router
from ferryman.api.stopping import Stop
from ferryman.app import Ferryman
from ferryman.runtime import worker_for
from ferryman.version import __version__

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
            if worker:
                await stack.enter_async_context(_worker_inside(ferry))
            app.state.ferryman_stop = stack.enter_context(Stop().on_signals())
            yield

    return live


@asynccontextmanager
async def _worker_inside(ferry: Ferryman) -> AsyncIterator[None]:
    """Run a worker on this loop while the body runs, then let it drain."""
    async with worker_for(ferry) as worker:
        running = asyncio.create_task(worker.run(), name="ferryman-worker")
        try:
            yield
        finally:
            worker.stop()
            await running


def create_app(ferry: Ferryman) -> FastAPI:
    """Return the application: all routes, /docs without the internet, and every error as problem+json."""
    app = FastAPI(
        title="Ferryman",
        version=__version__,
        summary="Submit jobs, follow them, and see what runs.",
        lifespan=lifespan(ferry),
        docs_url=None,
        redoc_url=None,
    )
    # Not include_router: see router.py.
    app.router.routes.extend([*router(ferry).routes, *pages_router().routes])

    async def answer(request: Request, error: Exception) -> Response:
        return with_request_id(request, as_problem(error, request).response(request))

    # Whatever no route answers: unknown paths, wrong methods, and bugs of ours.
    app.add_exception_handler(HTTPException, answer)
    app.add_exception_handler(Exception, answer)
    return app

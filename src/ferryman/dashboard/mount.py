"""The application that `ferryman serve` and `ferryman dev` run: the API, and the page at `/`."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from ferryman.api import create_app
from ferryman.app import Ferryman
from ferryman.dashboard.doorway import Doorway
from ferryman.dashboard.files import File, load

#: Where the build puts the page; it is no part of a checkout.
STATIC = Path(__file__).with_name("static")
_MISSING = """The dashboard was not built, so there is no page to show. The API works: see docs.

In a checkout, `make dashboard` builds it (or `python hatch_build.py`); a released package brings it.
"""
_READ = ["GET", "HEAD"]


def dashboard(ferry: Ferryman, static: Path = STATIC) -> FastAPI:
    """Return the API and the dashboard as one application, to be served by itself or mounted under any path.

    Every URL of the page is relative, so `app.mount("/jobs", dashboard(ferry))` needs no setting; the lifespan of the
    outer application has to be `ferryman.api.lifespan(ferry)` then, since a mounted one's own is not run.
    `static` is the folder of the built page.
    """
    app = create_app(ferry)
    app.router.routes.extend(_page_router(load(static)).routes)
    app.add_middleware(Doorway)
    return app


def _page_router(files: dict[str, File]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=_READ)
    async def page(request: Request) -> Response:
        if (index := files.get("index.html")) is not None:
            return index.answer(request)
        return PlainTextResponse(_MISSING, 503)

    for name, file in files.items():
        if name != "index.html":
            _add_file(router, name, file)
    return router


def _add_file(router: APIRouter, name: str, file: File) -> None:
    @router.api_route(f"/{name}", methods=_READ)
    async def static_file(request: Request) -> Response:
        return file.answer(request)

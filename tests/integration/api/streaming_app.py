"""Somebody's application with our routes in it: no lifespan of ours, and one stream that never runs dry."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from fastapi.responses import Response

from ferryman import Ferryman
from ferryman.api import router
from ferryman.api.stopping import stop_of
from ferryman.api.stream import EventStream, event

ferry = Ferryman()
app = FastAPI()
app.include_router(router(ferry), prefix="/jobs")


async def _flood() -> AsyncIterator[bytes]:
    while True:
        yield event("flood", f'{{"text": "{"x" * 10_000}"}}')


@app.get("/flood")
async def flood(request: Request) -> Response:
    """Stream without end."""
    return EventStream(_flood(), stop_of(request))

"""Somebody's application, with the dashboard under a deep path and a worker inside."""

from __future__ import annotations

from fastapi import FastAPI

from ferryman.api import lifespan
from ferryman.dashboard import dashboard
from tests.browser.browser_tasks import ferry

app = FastAPI(lifespan=lifespan(ferry, worker=True))


@app.get("/")
async def home() -> str:
    """Answer with something of their own."""
    return "home"


app.mount("/deep/prefix", dashboard(ferry))

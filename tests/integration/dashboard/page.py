"""A built page in miniature, and clients of the application around it."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from starlette.types import ASGIApp

FILES = {
    "index.html": "<!doctype html><title>Ferryman</title>",
    "favicon.svg": "<svg/>",
    "assets/index-abc.js": "console.log(1);" * 100,
}


def build(folder: Path) -> Path:
    """Write a built page into a folder the way the build does, and return the folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(text.encode()))
    return folder


@asynccontextmanager
async def client_of(app: ASGIApp, base_url: str = "http://test") -> AsyncIterator[httpx2.AsyncClient]:
    """Give a client of an application."""
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client

"""The HTTP API. `app.include_router(router(ferry))` adds it to any FastAPI application."""

from ferryman.api.app import create_app, lifespan
from ferryman.api.router import router

__all__ = ["create_app", "lifespan", "router"]

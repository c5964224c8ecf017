"""An app with a few tasks, its API on a temporary store, and a client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI

from ferryman import Ferryman
from ferryman.api import create_app
from ferryman.runtime import run_worker

Answer = httpx2.Response


@dataclass(frozen=True)
class Site:
    """The app, the application and a client of it."""

    ferry: Ferryman
    application: FastAPI
    client: httpx2.AsyncClient

    async def submit(self, task: str = "send_email", **members: Any) -> str:
        """Submit a job through the seed endpoint and return its id."""
        answer = await self.client.post("/submit-job", json={"task": task, **members})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["job_id"])

    async def status(self, job_id: str) -> dict[str, Any]:
        """Return what the seed endpoint says of a job."""
        body: dict[str, Any] = (await self.client.get(f"/job-status/{job_id}")).json()
        return body

    async def work(self) -> None:
        """Run a worker until nothing is left to run."""
        await run_worker(self.ferry, burst=True)


def make_ferry() -> Ferryman:
    """Make the app that the tests and the golden document describe."""
    ferry = Ferryman("sqlite://")

    @ferry.task(queue="mail")
    async def send_email(to: str = "ada@example.com", subject: str = "Hello") -> str:
        """Send an email."""
        return f"{subject}, {to}"

    @ferry.task
    async def power(base: int, exponent: int = 2) -> int:
        """Return base to the power of exponent."""
        return int(base**exponent)

    @ferry.task(retries=0)
    async def fail() -> None:
        """Fail."""
        raise RuntimeError("out of luck")

    return ferry


@asynccontextmanager
async def open_site(ferry: Ferryman | None = None) -> AsyncIterator[Site]:
    """Start the application and give a client of it."""
    app = ferry or make_ferry()
    application = create_app(app)
    async with application.router.lifespan_context(application):
        transport = httpx2.ASGITransport(application, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            yield Site(app, application, client)


def problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a whole problem and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "instance", "code"} <= body.keys()
    assert (body["status"], body["code"]) == (status, code), body
    return body


def pointers(body: dict[str, Any]) -> list[str]:
    """Return where a problem says the faults are."""
    return [error["pointer"] for error in body["errors"]]

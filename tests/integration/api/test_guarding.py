"""What stands around every route: an application's own guards, and what becomes of a fault of ours."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

import httpx2
import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.routing import APIRoute

from ferryman.api import router
from tests.integration.api.site import Site, make_ferry, problem

JOB = "01a20ceb-3809-7aa0-953a-b66e510c32dc"
NAMES = {"job_id": JOB, "task": "power", "queue": "mail", "worker": "w"}


def refuse() -> NoReturn:
    raise HTTPException(401, "who are you?", headers={"WWW-Authenticate": "Bearer"})


async def test_what_an_application_requires_is_required_by_every_route() -> None:
    # Seen red when /submit-job was called past the framework, which is faster: it then let everybody in.
    ferry = make_ferry()
    routes = [route for route in router(ferry).routes if isinstance(route, APIRoute)]
    application = FastAPI()
    application.include_router(router(ferry), dependencies=[Depends(refuse)])
    transport = httpx2.ASGITransport(application)
    async with ferry, httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        asked = 0
        for route in routes:
            for method in route.methods or ():
                body = None if method == "GET" else {"task": "send_email"}
                answer = await client.request(method, route.path.format(**NAMES), json=body)
                problem(answer, 401, "unauthorized")
                assert answer.headers["www-authenticate"] == "Bearer"
                asked += 1
        assert asked > 20
        store = await ferry.connections.here()
        assert await store.store.inspector.counts() == []


@pytest.mark.parametrize("path", ["/submit-job", "/v1/jobs", "/v1/tasks/send_email/jobs"])
async def test_a_fault_of_ours_is_told_to_the_log_and_not_to_the_client(
    site: Site, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> NoReturn:
        raise ZeroDivisionError("the secret ingredient")

    monkeypatch.setattr(site.ferry, "describe", fail)
    body = {} if path.endswith("send_email/jobs") else {"task": "send_email"}
    with caplog.at_level(logging.ERROR):
        answer = await site.client.post(path, json=body, headers={"X-Request-ID": "r-1"})
    problem(answer, 500, "internal_error")
    for word in ("secret", "Traceback", "ZeroDivision", ".py"):
        assert word not in answer.text
    assert answer.headers["x-request-id"] == "r-1"
    assert "ZeroDivisionError: the secret ingredient" in caplog.text
    assert f"POST {path}" in caplog.text

"""The page as a browser is given it: its headers, its caching, and any place it is mounted at."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from ferryman.api import lifespan
from ferryman.dashboard import dashboard
from tests.integration.api.site import make_ferry, problem
from tests.integration.dashboard.page import FILES, build, client_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def static(tmp_path: Path) -> Path:
    return build(tmp_path / "static")


async def test_the_page_stands_at_the_root_and_the_api_beside_it(static: Path) -> None:
    ferry = make_ferry()
    app = dashboard(ferry, static)
    async with app.router.lifespan_context(app), client_of(app) as client:
        answer = await client.get("/")
        assert (answer.status_code, answer.text) == (200, FILES["index.html"])
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert (await client.get("/v1/queues")).json() == {"queues": []}
        assert (await client.post("/submit-job", json={"task": "send_email"})).status_code == 200
        problem(await client.get("/nowhere"), 404, "not_found")
        assert "/" not in (await client.get("/openapi.json")).json()["paths"]


@pytest.mark.parametrize("path", ["/", "/favicon.svg", "/assets/index-abc.js"])
async def test_every_file_carries_the_policy(static: Path, path: str) -> None:
    async with client_of(dashboard(make_ferry(), static)) as client:
        answer = await client.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"


async def test_a_name_with_a_hash_is_kept_for_ever_and_the_page_is_asked_for_again(static: Path) -> None:
    async with client_of(dashboard(make_ferry(), static)) as client:
        script, page = await client.get("/assets/index-abc.js"), await client.get("/")
        assert "immutable" in script.headers["cache-control"]
        assert page.headers["cache-control"] == "no-cache"
        again = await client.get("/", headers={"If-None-Match": f'"other", W/{page.headers["etag"]}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", page.headers["etag"])
        assert (await client.get("/", headers={"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "gzip"), ("*", "gzip"), ("gzip;q=0.5", "gzip"), ("br", None), ("gzip;q=0, *", None), ("", None)],
)
async def test_it_is_compressed_for_those_who_read_that(static: Path, accepted: str, encoding: str | None) -> None:
    text = FILES["assets/index-abc.js"].encode()
    app = dashboard(make_ferry(), static)
    async with client_of(app) as client:
        async with client.stream("GET", "/assets/index-abc.js", headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        plain = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(raw)
    assert (gzip.decompress(raw) if encoding else raw) == text
    assert (answer.headers["etag"] == plain.headers["etag"]) is (encoding is None)


async def test_head_says_the_same_without_the_body(static: Path) -> None:
    async with client_of(dashboard(make_ferry(), static)) as client:
        get, head = await client.get("/"), await client.head("/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == get.headers


async def test_a_checkout_that_was_never_built_says_how_to(tmp_path: Path) -> None:
    async with client_of(dashboard(make_ferry(), tmp_path / "none")) as client:
        answer = await client.get("/")
        assert answer.status_code == 503
        assert "make dashboard" in answer.text
        assert (await client.get("/livez")).status_code == 200


async def test_it_works_under_a_prefix_of_another_application(static: Path) -> None:
    ferry = make_ferry()
    outer = FastAPI(lifespan=lifespan(ferry))
    outer.mount("/deep/prefix", dashboard(ferry, static))
    async with outer.router.lifespan_context(outer), client_of(outer) as client:
        for path in ("/deep/prefix/", "/deep/prefix/assets/index-abc.js", "/deep/prefix/v1/stats", "/deep/prefix/docs"):
            assert (await client.get(path)).status_code == 200, path
        redirect = await client.get("/deep/prefix")
        assert (redirect.status_code, redirect.headers["location"]) == (307, "http://test/deep/prefix/")


@pytest.mark.parametrize("leaves_prefix", [True, False])
async def test_the_bare_prefix_leads_to_the_page_whoever_mounts_it(static: Path, leaves_prefix: bool) -> None:
    app = dashboard(make_ferry(), static)

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if leaves_prefix else scope["path"].removeprefix("/deep")
        await app({**scope, "root_path": "/deep", "path": path}, receive, send)

    async with client_of(outer) as client:
        redirect = await client.get("/deep?x=1")
        assert (redirect.status_code, redirect.headers["location"]) == (307, "/deep/?x=1")
        assert (await client.get("/deep/")).text == FILES["index.html"]

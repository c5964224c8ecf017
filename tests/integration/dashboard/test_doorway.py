"""Pages of other sites cannot act through a person's browser; programs, and our own page, can."""

from __future__ import annotations

from pathlib import Path

import pytest

from ferryman.dashboard import dashboard
from tests.integration.api.site import make_ferry, problem
from tests.integration.dashboard.page import client_of

OTHERS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://test:3000"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://test"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://test.evil.example"},
    {"Origin": "http://test:3000"},
    {"Origin": "null"},
]
OURS: list[dict[str, str]] = [
    {},
    {"Origin": "http://test"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://test"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://outside.example"},  # a proxy put another Host
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://outside.example", "X-Forwarded-Host": "outside.example"},
]


@pytest.mark.parametrize("headers", OTHERS)
async def test_what_another_site_sends_is_refused_and_changes_nothing(headers: dict[str, str]) -> None:
    async with client_of(dashboard(make_ferry(), Path("none"))) as client:
        problem(await client.post("/v1/queues/mail/pause", headers=headers), 403, "cross_site")
        problem(await client.delete(f"/v1/jobs/{'0' * 32}", headers=headers), 403, "cross_site")
        assert (await client.get("/v1/queues", headers=headers)).json() == {"queues": []}


@pytest.mark.parametrize("headers", OURS)
async def test_our_own_page_and_programs_pass(headers: dict[str, str]) -> None:
    async with client_of(dashboard(make_ferry(), Path("none"))) as client:
        assert (await client.post("/v1/queues/mail/pause", headers=headers)).status_code == 200

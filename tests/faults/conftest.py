"""A site per test, on each kind of store."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.site import Site
from tests.servers.running import running


@pytest.fixture(params=["sqlite", "redis"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/jobs.db"
    else:
        url = f"{running('redis-7.0').url}?prefix=t{secrets.token_hex(6)}"
    made = Site(tmp_path, url)
    yield made
    await made.close()

"""The real page, built from these sources."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ferryman.dashboard import dashboard
from ferryman.dashboard.mount import STATIC
from tests.architecture.repository import ROOT
from tests.integration.api.site import make_ferry
from tests.integration.dashboard.page import client_of

#: All of the page together, compressed, in bytes: what its slowest first visitor waits for.
BUDGET = 90_000


@pytest.fixture(scope="module", autouse=True)
def built() -> Path:
    """Build what is not up to date."""
    subprocess.run([sys.executable, "hatch_build.py"], cwd=ROOT, check=True, timeout=300)
    return STATIC


@pytest.mark.timeout(300)
def test_everything_together_is_small() -> None:
    sizes = {path.name: path.stat().st_size for path in STATIC.rglob("*.gz")}
    assert len(sizes) >= 4
    assert sum(sizes.values()) <= BUDGET, sizes


def test_the_page_holds_no_script_no_style_and_no_other_host() -> None:
    page = (STATIC / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page) == []
    assert all(not url.startswith(("/", "http")) for url in re.findall(r'\b(?:src|href)="([^"]*)"', page))


async def test_every_file_that_the_page_names_is_served() -> None:
    async with client_of(dashboard(make_ferry())) as client:
        page = (await client.get("/")).text
        for url in re.findall(r'\b(?:src|href)="\./([^"]*)"', page):
            assert (await client.get(f"/{url}")).status_code == 200, url

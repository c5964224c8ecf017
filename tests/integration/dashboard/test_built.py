"""The real page, built from these sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import httpx2
import pytest

from ferryman.dashboard import dashboard
from ferryman.dashboard.mount import STATIC
from tests.integration.api.site import make_ferry
from tests.integration.cli.listening import free_port
from tests.integration.cli.processes import Processes, answers, until
from tests.integration.dashboard.page import client_of

#: What a first visitor waits for, compressed, in bytes; and all pages together.
FIRST, WHOLE = 90_000, 140_000


pytestmark = [pytest.mark.usefixtures("built"), pytest.mark.timeout(300)]


def size_of(paths: Iterable[Path]) -> dict[str, int]:
    return {path.name: path.with_name(path.name + ".gz").stat().st_size for path in paths}


def loaded_by(page: Path) -> set[Path]:
    """Return a page and the files that it needs before anything is shown."""
    wanted, found = [page], {page}
    while wanted:
        path = wanted.pop()
        named = re.findall(r'(?:src|href)="(\./[^"]+)"|(?:from|import)\s*"(\./[^"]+)"', path.read_text())
        fresh = {(path.parent / (one or other)).resolve() for one, other in named} - found
        found |= fresh
        wanted += [path for path in fresh if path.suffix == ".js"]
    return found


def test_the_first_page_is_small_with_its_charts() -> None:
    charts = list(STATIC.glob("assets/drawing-*.*s"))
    assert len(charts) == 2
    sizes = size_of({*loaded_by(STATIC / "index.html"), *charts})
    assert len(sizes) >= 6
    assert sum(sizes.values()) <= FIRST, sizes


def test_all_pages_together_are_small() -> None:
    sizes = size_of(path.with_suffix("") for path in STATIC.rglob("*.gz"))
    assert sum(sizes.values()) <= WHOLE, sizes


def test_the_page_holds_no_script_no_style_and_no_other_host() -> None:
    page = (STATIC / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page) == []
    assert all(not url.startswith(("/", "http")) for url in re.findall(r'\b(?:src|href)="([^"]*)"', page))


async def test_every_file_that_the_page_names_is_served() -> None:
    async with client_of(dashboard(make_ferry())) as client:
        page = (await client.get("/")).text
        for url in re.findall(r'\b(?:src|href)="\./([^"]*)"', page):
            assert (await client.get(f"/{url}")).status_code == 200, url


def test_the_command_line_serves_it(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("from ferryman import Ferryman\n\nferry = Ferryman('sqlite:///jobs.db')\n")
    processes, port = Processes(tmp_path), free_port()
    url = f"http://127.0.0.1:{port}"
    try:
        running = processes.start("serve", "shop:ferry", "--port", str(port))
        until(lambda: answers(f"{url}/livez"), "the server answers", running=running)
        assert httpx2.get(f"{url}/").text == (STATIC / "index.html").read_text()
        refused = httpx2.post(f"{url}/v1/queues/mail/pause", headers={"Origin": "http://evil.example"})
        assert refused.status_code == 403
    finally:
        processes.close()

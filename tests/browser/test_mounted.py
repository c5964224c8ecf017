"""The dashboard in somebody's own application, under a prefix."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.architecture.repository import ROOT
from tests.browser.looking import looking
from tests.browser.pages import PAGES
from tests.browser.parts import log, pill, row, state, title
from tests.integration.cli.processes import Processes, Running, answers, until
from tests.servers.redis_server import free_port


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[tuple[str, Running]]:
    """The address of the dashboard in an application that runs, and its process."""
    processes = Processes(tmp_path)
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    try:
        running = processes.spawn(
            [sys.executable, "-m", "uvicorn", "tests.browser.mounted_app:app", "--port", str(port)],
            PYTHONPATH=os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            FERRYMAN_URL=f"sqlite:///{tmp_path}/jobs.db",
        )
        until(lambda: answers(url), "the application answers", running=running)
        yield f"{url}deep/prefix/", running
    finally:
        processes.close()


def submit(url: str, **body: object) -> str:
    """Submit a job under the prefix; return its id."""
    answer = httpx2.post(f"{url}submit-job", json=body)
    assert answer.status_code == 200
    return str(answer.json()["job_id"])


def test_every_page_works_under_a_prefix(mounted: tuple[str, Running], browser: Browser) -> None:
    url, _ = mounted
    submit(url, task="greet", queue="reports")
    with looking(browser, url) as look:
        page = look.open("queues")
        expect(page.get_by_role("link", name="reports")).to_be_visible()
        for name, path in PAGES.items():
            if "{" not in path:
                page.goto(f"{url}#/{path}")
                expect(title(page), name).to_be_visible()
        page.goto(url.removesuffix("/"))  # as people type it
        expect(title(page)).to_have_text("Overview")


def test_streams_and_actions_work_under_a_prefix(mounted: tuple[str, Running], browser: Browser) -> None:
    url, running = mounted
    job = submit(url, task="story", args={"words": 40})
    with looking(browser, url) as look:
        page, watching = look.open(f"jobs/{job}"), look.open("queues")
        expect(log(page)).to_contain_text("word39 ")
        expect(state(page)).to_have_text("completed")
        expect(pill(watching)).to_have_text("live")
        page.get_by_role("link", name="Run again with changes").click()
        page.get_by_label("words").fill("3")
        page.get_by_text("Options").first.click()
        page.get_by_role("combobox", name="queue").fill("letters")
        page.get_by_role("button", name="Run story").click()
        expect(page.get_by_role("region", name="Result")).to_have_text('"3 words"')
        expect(row(watching, "letters")).to_be_visible()
        look.watch.outage = True
        running.tell(signal.SIGTERM)
        running.ends(within=5)

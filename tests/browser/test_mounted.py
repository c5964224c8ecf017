"""The dashboard in somebody's own application, under a prefix."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, expect

from tests.architecture.repository import ROOT
from tests.browser.looking import looking
from tests.browser.pages import PAGES
from tests.integration.cli.processes import Processes, answers, until
from tests.servers.redis_server import free_port


def test_every_page_works_under_a_prefix(tmp_path: Path, browser: Browser) -> None:
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
        answer = httpx2.post(f"{url}deep/prefix/submit-job", json={"task": "greet", "queue": "reports"})
        assert answer.status_code == 200
        with looking(browser, f"{url}deep/prefix/") as look:
            page = look.open("queues")
            expect(page.get_by_role("link", name="reports")).to_be_visible()
            for name, path in PAGES.items():
                if "{" not in path:
                    page.goto(f"{url}deep/prefix/#/{path}")
                    expect(page.locator("main h1").first, name).to_be_visible()
            page.goto(f"{url}deep/prefix")  # without the slash at its end, as people type it
            expect(page.locator("main h1").first).to_have_text("Overview")
    finally:
        processes.close()

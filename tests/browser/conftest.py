"""A browser, and sites to look at."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.architecture.repository import ROOT
from tests.browser.looking import Looker, launch, looking
from tests.browser.seeds import seed
from tests.browser.site import Site


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """Build the dashboard if its sources changed."""
    subprocess.run([sys.executable, "hatch_build.py"], cwd=ROOT, check=True, timeout=300)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for each file: while Playwright runs, asyncio tests of other folders cannot run in this process."""
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server of one test, for what would disturb others; no worker yet."""
    with Site(tmp_path) as made:
        made.serve()
        yield made


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, dict[str, str]]]:
    """A site in full swing that tests only look at, and the ids of some of its jobs; see seeds.py."""
    with Site(tmp_path_factory.mktemp("busy")) as made:
        made.serve()
        yield made, seed(made)


@pytest.fixture(scope="session")
def working(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a worker for tests that mind their own jobs only: queues and tags of their own."""
    with Site(tmp_path_factory.mktemp("working")) as made:
        made.serve()
        made.worker()
        yield made


@pytest.fixture(scope="session")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site without a worker for tests that mind their own queues only."""
    with Site(tmp_path_factory.mktemp("waiting")) as made:
        made.serve()
        yield made


@pytest.fixture
def seeing(browser: Browser) -> Iterator[Callable[[Site], Looker]]:
    """Makes what opens pages of a site."""
    with ExitStack() as stack:
        yield lambda site: stack.enter_context(looking(browser, site.url))


@pytest.fixture
def look(browser: Browser, site: Site) -> Iterator[Looker]:
    """Opens pages of the site."""
    with looking(browser, site.url) as looker:
        yield looker

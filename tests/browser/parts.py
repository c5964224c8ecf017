"""Where things are on a page."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

#: What is told of in a moment: a second, in milliseconds; twice that, for a machine that has other things to do.
SOON = 2_000


def pill(page: Page) -> Locator:
    """Return what says how fresh the page is."""
    return page.locator("button.pill").get_by_role("status")


def row(page: Page, name: str) -> Locator:
    """Return the row of a table that begins with a name."""
    return page.get_by_role("row").filter(has_text=re.compile(rf"^{re.escape(name)}"))


def title(page: Page) -> Locator:
    """Return the heading of the page."""
    return page.locator("main h1").first


def state(page: Page) -> Locator:
    """Return what says the state of the job, on its page."""
    return page.locator(".page-head .badge")


def log(page: Page) -> Locator:
    """Return what the job said, on its page."""
    return page.get_by_role("log", name="Log and output")


def toast(page: Page) -> Locator:
    """Return the news at the edge of the page."""
    return page.locator(".toast")

"""Judges whether everybody can use what a page shows."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

#: The success criteria of WCAG 2.2 at the levels A and AA; of what is well, no account.
_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    """Return what axe finds, in a line for each element. The page must be open with `bypass_csp`."""
    response = Axe().run(page, options=_OPTIONS).response
    return [f"{v['id']}: {node['target']} {node['html'][:200]}" for v in response["violations"] for node in v["nodes"]]

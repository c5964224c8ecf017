"""Judges whether everybody can use what a page shows."""

from __future__ import annotations

from itertools import product
from typing import get_args

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.browser.looking import HEIGHT, PHONE, WIDE, Theme

#: The success criteria of WCAG 2.2 at the levels A and AA; of what is well, no account.
_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


def judged(page: Page) -> list[str]:
    """Return what is wrong with what is shown, light and dark, wide and on a phone, in a line for each element.

    The page must be open with `bypass_csp`.
    """
    wrong: list[str] = []
    for theme, width in product(get_args(Theme), (WIDE, PHONE)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        wrong += [f"{theme}, {width} px: {found}" for found in _violations(page)]
        if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
            wrong.append(f"{theme}, {width} px: it is {needed} px wide")
    return wrong


def _violations(page: Page) -> list[str]:
    response = Axe().run(page, options=_OPTIONS).response
    return [f"{v['id']}: {node['target']} {node['html'][:200]}" for v in response["violations"] for node in v["nodes"]]

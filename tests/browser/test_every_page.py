"""Every page, light and dark, wide and on a phone: it fits, it can be read by everybody, and nothing goes wrong."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.looking import PHONE, WIDE, Theme, looking
from tests.browser.pages import PAGES
from tests.browser.site import Site

#: The success criteria of WCAG 2.2 at the levels A and AA.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def violations(page: Page) -> list[str]:
    """Return what axe finds, in a line for each element."""
    response = Axe().run(page, options=RULES).response
    return [f"{v['id']}: {node['target']} {node['html'][:200]}" for v in response["violations"] for node in v["nodes"]]


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(
    browser: Browser, busy: tuple[Site, dict[str, str]], name: str, theme: Theme, width: int
) -> None:
    site, ids = busy
    with looking(browser, site.url) as look:
        page = look.open(PAGES[name].format(**ids), theme=theme, width=width, bypass_csp=True)
        page.get_by_role("status").filter(has_text="live").wait_for()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

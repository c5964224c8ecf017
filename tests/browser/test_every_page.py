"""Every page, light and dark, wide and on a phone: it fits, it can be read by everybody, and nothing goes wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.looking import PHONE, WIDE, Theme, looking
from tests.browser.pages import PAGES
from tests.browser.site import Site


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(
    browser: Browser, busy: tuple[Site, dict[str, str]], name: str, theme: Theme
) -> None:
    site, ids = busy
    with looking(browser, site.url) as look:
        page = look.open(PAGES[name].format(**ids), theme=theme, bypass_csp=True)
        page.get_by_role("status").filter(has_text="live").wait_for()
        for width in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width

"""Every page, light and dark, wide and on a phone: it fits, it can be read by everybody, and nothing goes wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import judged
from tests.browser.looking import looking
from tests.browser.pages import PAGES
from tests.browser.site import Site


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(browser: Browser, busy: tuple[Site, dict[str, str]], name: str) -> None:
    site, ids = busy
    with looking(browser, site.url) as look:
        page = look.open(PAGES[name].format(**ids), bypass_csp=True)
        page.get_by_role("status").filter(has_text="live").wait_for()
        assert judged(page) == []

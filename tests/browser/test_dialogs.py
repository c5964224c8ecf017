"""What opens in front of a page can be used by everybody, and fits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import judged
from tests.browser.looking import looking
from tests.browser.site import Site


def help_opened(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def pause_asked(page: Page) -> None:
    page.get_by_role("button", name="Pause archive").click()
    expect(page.get_by_role("dialog", name="Pause archive?")).to_contain_text("1 pending job will wait")


def purge_asked(page: Page) -> None:
    page.get_by_role("button", name="Purge archive").click()
    dialog = page.get_by_role("dialog", name="Purge archive?")
    expect(dialog).to_contain_text("Deletes 1 waiting job")
    expect(dialog.get_by_role("button", name="Delete 1 job")).to_be_disabled()


def bulk_asked(page: Page) -> None:
    page.get_by_role("checkbox", name="Choose every row of this page").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("dialog", name="Delete 8 jobs?")).to_contain_text("and 3 more")


def refused(page: Page) -> None:
    page.get_by_label("seconds").fill("many")
    page.get_by_role("button", name="Run countdown").click()
    expect(page.get_by_label("seconds")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("seconds")).to_be_focused()
    page.get_by_text("Options").first.click()


def suggested(page: Page) -> None:
    page.get_by_role("combobox").fill("queue:")
    expect(page.get_by_role("option").first).to_be_visible()


def numbers_shown(page: Page) -> None:
    page.get_by_role("button", name="View Wait before the start as table").click()
    expect(page.get_by_role("region", name="Wait before the start, as table")).to_be_visible()


#: By what is done: the page on which it is done.
OPENED: dict[Callable[[Page], None], str] = {
    help_opened: "jobs",
    pause_asked: "queues",
    purge_asked: "queues",
    bulk_asked: "jobs?query=task:charge",
    refused: "tasks/countdown",
    suggested: "jobs?query=nonsense",
    numbers_shown: "queues/default",
}


@pytest.mark.parametrize("opened", OPENED, ids=lambda opened: opened.__name__)
def test_what_is_opened_is_accessible_and_fits(
    browser: Browser, busy: tuple[Site, dict[str, str]], opened: Callable[[Page], None]
) -> None:
    with looking(browser, busy[0].url) as look:
        look.watch.outage = True  # a query that is none is refused
        page = look.open(OPENED[opened], bypass_csp=True)
        page.get_by_role("status").filter(has_text="live").wait_for()
        opened(page)
        assert judged(page) == []

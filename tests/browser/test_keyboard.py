"""Shortcuts: what is done often takes a key or two."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.looking import looking
from tests.browser.parts import state, title
from tests.browser.site import Site

Busy = tuple[Site, dict[str, str]]


def test_help_lists_the_shortcuts_and_can_switch_them_off(browser: Browser, busy: Busy) -> None:
    with looking(browser, busy[0].url) as look:
        page = look.open("jobs")
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keyboard")
        expect(dialog).to_contain_text("Choose the row")
        switch = dialog.get_by_role("checkbox", name="Shortcuts of single keys are on")
        switch.press("Space")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        page.keyboard.press("g")
        page.keyboard.press("q")
        page.get_by_role("button", name="Keyboard shortcuts").press("Enter")
        expect(title(page)).to_have_text("Jobs")
        switch.press("Space")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_focused()
        page.keyboard.press("g")
        page.keyboard.press("q")
        expect(title(page)).to_have_text("Queues")


def test_every_page_has_a_key(browser: Browser, busy: Busy) -> None:
    with looking(browser, busy[0].url) as look:
        page = look.open("workers")
        keys = {"Queues": "q", "Jobs": "j", "Failures": "f", "Tasks": "t", "Workers": "w", "Overview": "o"}
        for name, key in keys.items():
            page.keyboard.press("g")
            page.keyboard.press(key)
            expect(title(page)).to_have_text(name)


def test_a_search_finds_a_job_by_its_id_and_jobs_by_a_query(browser: Browser, busy: Busy) -> None:
    site, ids = busy
    with looking(browser, site.url) as look:
        page = look.open()
        page.keyboard.press("/")
        page.keyboard.type(ids["told"])
        page.keyboard.press("Enter")
        expect(title(page)).to_have_text("echo")
        page.keyboard.press("/")
        page.keyboard.type("state:failed task:charge tag:billing")
        page.keyboard.press("Enter")
        expect(page.locator("tbody tr")).to_have_count(5)
        page.keyboard.press("/")
        expect(page.get_by_role("combobox", name="Add a term to the query")).to_be_focused()


def test_rows_are_walked_chosen_and_opened(browser: Browser, busy: Busy) -> None:
    site, _ = busy
    with looking(browser, site.url) as look:
        page = look.open("jobs?query=task:charge")
        rows = page.locator("tbody tr")
        expect(rows).to_have_count(8)
        for key in "jjjkx":
            page.keyboard.press(key)
        expect(rows.nth(1)).to_be_focused()
        expect(rows.nth(1).get_by_role("checkbox")).to_be_checked()
        expect(page.get_by_role("region", name="Chosen jobs")).to_contain_text("1 chosen")
        page.keyboard.press("Escape")
        expect(page.get_by_role("region", name="Chosen jobs")).to_have_count(0)
        page.keyboard.press("Enter")
        expect(state(page)).to_have_text("failed")

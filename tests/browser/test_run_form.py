"""The form that runs a task: what is wrong is said where it is wrong, by the page or by the server."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.looking import Looker
from tests.browser.parts import title
from tests.browser.site import Site

Seeing = Callable[[Site], Looker]


def test_what_the_server_refuses_is_told_at_its_field(working: Site, seeing: Seeing) -> None:
    look = seeing(working)
    look.watch.outage = True  # what is refused is told by the browser, too
    page = look.open("tasks/book")
    seats = page.get_by_label("seats")
    seats.fill("3")
    page.get_by_role("button", name="Run book").click()
    expect(seats).to_be_focused()
    expect(seats).to_have_attribute("aria-invalid", "true")
    expect(seats).to_have_accessible_description(re.compile("seats are booked in pairs"))
    seats.fill("4")
    expect(seats).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Run book").click()
    expect(page.get_by_role("region", name="Result")).to_have_text("4")


def test_what_is_missing_or_of_another_kind_is_not_sent(working: Site, seeing: Seeing) -> None:
    page = seeing(working).open("tasks/book")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="Run book").click()
    expect(page.get_by_label("seats")).to_be_focused()
    page.get_by_label("seats").fill("two")
    page.get_by_role("button", name="Run book").click()
    expect(page.get_by_label("seats")).to_have_attribute("aria-invalid", "true")
    assert "POST" not in sent


def test_options_are_taken_and_told_where_they_are_wrong(working: Site, seeing: Seeing) -> None:
    look = seeing(working)
    look.watch.outage = True
    page = look.open("tasks/greet")
    page.get_by_text("Options").first.click()
    queue = page.get_by_role("combobox", name="queue")
    queue.fill("two words")
    page.get_by_role("button", name="Run greet").click()
    expect(queue).to_have_attribute("aria-invalid", "true")
    expect(queue).to_be_focused()
    queue.fill("birthdays")
    page.get_by_label("delay").fill("2h")
    page.get_by_label("name").fill("Grace")
    page.get_by_role("button", name="Run greet").click()
    expect(title(page)).to_have_text("greet")
    expect(page.get_by_role("link", name="birthdays")).to_be_visible()
    expect(page.locator(".page-head .badge")).to_have_text("scheduled")
    page.get_by_role("button", name="Run now").first.click()
    expect(page.get_by_role("region", name="Result")).to_have_text('"Hello Grace"')


def test_a_second_press_makes_no_second_job(working: Site, seeing: Seeing) -> None:
    page = seeing(working).open("tasks/greet")
    page.get_by_text("Options").first.click()
    page.get_by_role("combobox", name="queue").fill("once")
    page.get_by_role("button", name="Run greet").dblclick()
    expect(page.get_by_role("region", name="Result")).to_have_text('"Hello Ada"')
    found = working.get("v1/jobs/count", query="queue:once")
    assert found == {"jobs": 1, "exact": True}

"""The page follows what happens, whatever happens to the server."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.looking import Looker
from tests.browser.parts import SOON, log, pill, row
from tests.browser.site import Site

Seeing = Callable[[Site], Looker]


def test_what_is_submitted_shows_at_once(waiting: Site, seeing: Seeing) -> None:
    page = seeing(waiting).open("queues")
    expect(pill(page)).to_have_text("live")
    waiting.submit("greet", queue="at-once")
    expect(row(page, "at-once")).to_be_visible(timeout=SOON)


def test_a_job_shows_at_once_on_the_list_that_is_open(working: Site, seeing: Seeing) -> None:
    page = seeing(working).open("jobs?query=queue:at-once")
    expect(pill(page)).to_have_text("live")
    expect(page.get_by_text("No job matches the query.")).to_be_visible()
    job = working.submit("greet", queue="at-once")
    expect(page.get_by_title(job)).to_be_visible(timeout=SOON)
    expect(row(page, job[:8])).to_contain_text("completed", timeout=SOON)


def test_a_page_survives_the_death_of_its_server(site: Site, look: Looker) -> None:
    page = look.open("queues")
    expect(pill(page)).to_have_text("live")
    page.evaluate("window.mark = 'not loaded again'")
    look.watch.outage = True
    assert site.server
    site.kill(site.server)
    expect(pill(page)).to_have_text(re.compile("reconnecting|stale"))
    site.serve()
    site.submit("greet", queue="archive")
    expect(row(page, "archive")).to_be_visible(timeout=20_000)
    expect(pill(page)).to_have_text("live", timeout=20_000)
    assert page.evaluate("window.mark") == "not loaded again"


def left(page: Page) -> list[int]:
    """Return the numbers of the countdown that the log shows."""
    return [int(line.split()[0]) for line in page.locator(".said-message").all_text_contents()]


def test_a_log_goes_on_after_the_death_of_the_server_without_a_gap(site: Site, look: Looker) -> None:
    site.worker()
    job = site.submit("countdown", seconds=2_000, step=0.1)
    page, jobs = look.open(f"jobs/{job}"), look.open("jobs")
    for one in (page, jobs):
        one.evaluate("window.mark = 'not loaded again'")
    expect(log(page)).to_contain_text("1995 left")
    look.watch.outage = True
    assert site.server
    site.kill(site.server)
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer.")
    heard = left(page)[-1]
    site.serve()
    expect(log(page)).to_contain_text(f"{heard - 20} left", timeout=20_000)
    numbers = left(page)
    assert numbers == list(range(2_000, numbers[-1] - 1, -1))
    expect(page.get_by_role("alert")).to_have_count(0)
    other = site.submit("greet", queue="archive")
    expect(jobs.get_by_title(other)).to_be_visible(timeout=20_000)
    assert [one.evaluate("window.mark") for one in (page, jobs)] == ["not loaded again"] * 2


def test_a_server_is_not_kept_from_ending_by_pages_that_are_open(site: Site, look: Looker) -> None:
    for _ in range(3):
        expect(pill(look.open("queues"))).to_have_text("live")
    look.watch.outage = True
    assert site.server
    began = time.monotonic()
    site.server.tell(signal.SIGTERM)
    assert site.server.ends() == 0
    assert time.monotonic() - began < 3


def test_what_is_paused_stands_still(waiting: Site, seeing: Seeing) -> None:
    look = seeing(waiting)
    page = look.open("queues")
    expect(pill(page)).to_have_text("live")
    page.keyboard.press("r")
    expect(pill(page)).to_have_text("paused")
    waiting.submit("greet", queue="still")
    watching = look.open("queues")
    expect(row(watching, "still")).to_be_visible()  # whoever listens has been told by now
    expect(row(page, "still")).to_have_count(0)
    page.keyboard.press("r")
    expect(row(page, "still")).to_be_visible()

"""The page follows what happens, whatever happens to the server."""

from __future__ import annotations

import re
import signal
import time

from playwright.sync_api import expect

from tests.browser.looking import Looker
from tests.browser.parts import SOON, pill, row
from tests.browser.site import Site


def test_what_is_submitted_shows_at_once(site: Site, look: Looker) -> None:
    page = look.open("queues")
    expect(pill(page)).to_have_text("live")
    site.submit("greet", queue="archive")
    expect(row(page, "archive")).to_be_visible(timeout=SOON)


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


def test_a_server_is_not_kept_from_ending_by_pages_that_are_open(site: Site, look: Looker) -> None:
    for _ in range(3):
        expect(pill(look.open("queues"))).to_have_text("live")
    look.watch.outage = True
    assert site.server
    began = time.monotonic()
    site.server.tell(signal.SIGTERM)
    assert site.server.ends() == 0
    assert time.monotonic() - began < 3


def test_what_is_paused_stands_still(site: Site, look: Looker) -> None:
    page = look.open("queues")
    expect(pill(page)).to_have_text("live")
    page.keyboard.press("r")
    expect(pill(page)).to_have_text("paused")
    site.submit("greet", queue="archive")
    watching = look.open("queues")
    expect(row(watching, "archive")).to_be_visible()  # whoever listens has been told by now
    expect(row(page, "archive")).to_have_count(0)
    page.keyboard.press("r")
    expect(row(page, "archive")).to_be_visible()


def test_a_queue_is_paused_on_its_page(site: Site, look: Looker) -> None:
    site.submit("greet", queue="archive")
    page = look.open("queues/archive")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Nothing of this queue is claimed")).to_be_visible()
    assert site.get("v1/queues/archive")["paused"]

"""Tabs of one browser share a stream."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.looking import Looker
from tests.browser.parts import SOON, pill, row
from tests.browser.site import Site


def test_two_tabs_share_one_stream_and_the_second_takes_it_over(site: Site, look: Looker) -> None:
    first = look.open("queues")
    expect(pill(first)).to_have_text("live")
    second = look.open("queues", beside=first)
    expect(pill(second)).to_have_text("live")
    site.submit("greet", queue="archive")
    for page in (first, second):
        expect(row(page, "archive")).to_be_visible(timeout=SOON)
    assert look.watch.streams == [first]
    first.close()
    site.submit("greet", queue="letters")
    expect(row(second, "letters")).to_be_visible(timeout=SOON)
    expect(pill(second)).to_have_text("live")
    assert look.watch.streams == [first, second]

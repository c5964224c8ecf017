"""Tabs of one browser share a stream."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.looking import Looker
from tests.browser.parts import SOON, pill, row
from tests.browser.site import Site


def test_two_tabs_share_one_stream_and_hand_it_over(waiting: Site, seeing: Callable[[Site], Looker]) -> None:
    look = seeing(waiting)
    first = look.open("queues")
    expect(pill(first)).to_have_text("live")
    second = look.open("queues", beside=first)
    expect(pill(second)).to_have_text("live")
    waiting.submit("greet", queue="tab")
    for page in (first, second):
        expect(row(page, "tab")).to_be_visible(timeout=SOON)
    assert look.watch.streams == [first]
    with second.expect_request("**/v1/events"):
        first.close()
    waiting.submit("greet", queue="other")
    expect(row(second, "other")).to_be_visible(timeout=SOON)
    expect(pill(second)).to_have_text("live")
    assert look.watch.streams == [first, second]

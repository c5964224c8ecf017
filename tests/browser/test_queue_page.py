"""Queues are paused, resumed and purged where they are shown."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.looking import Looker
from tests.browser.parts import SOON, pill, row, toast
from tests.browser.site import Site

Seeing = Callable[[Site], Looker]


def test_a_queue_is_paused_and_resumed(waiting: Site, seeing: Seeing) -> None:
    waiting.submit("greet", queue="letters")
    look = seeing(waiting)
    page, watching = look.open("queues/letters"), look.open("queues")
    expect(pill(watching)).to_have_text("live")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Nothing of this queue is claimed")).to_be_visible()
    expect(row(watching, "letters")).to_contain_text("paused", timeout=SOON)
    assert waiting.get("v1/queues/letters")["paused"]
    watching.get_by_role("button", name="Resume letters").click()
    expect(row(watching, "letters")).not_to_contain_text("paused")
    expect(page.get_by_text("Nothing of this queue is claimed")).to_have_count(0)
    assert not waiting.get("v1/queues/letters")["paused"]


def test_a_queue_is_purged_by_whoever_types_its_name(waiting: Site, seeing: Seeing) -> None:
    waiting.fill("greet", [{}] * 1_200, queue="archive")
    waiting.fill("greet", [{}] * 3, queue="archive", delay="1h")
    waiting.submit("greet", queue="other")
    page = seeing(waiting).open("queues/archive")
    page.get_by_role("button", name="Purge").click()
    dialog = page.get_by_role("dialog", name="Purge archive?")
    expect(dialog).to_contain_text("Deletes 1,203 waiting jobs: 1,200 pending and 3 scheduled")
    delete = dialog.get_by_role("button", name="Delete 1,203 jobs")
    dialog.get_by_label("Type archive to confirm").fill("archives")
    expect(delete).to_be_disabled()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Type archive to confirm").fill("archive")
    delete.click()
    expect(toast(page)).to_contain_text("Purged archive: 1,203 jobs deleted")
    queues = waiting.get("v1/stats")["queues"]
    assert (queues.get("archive", {}), queues["other"]) == ({}, {"pending": 1})

"""What is done to ten thousand jobs at once, and what rows do while somebody works with them."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.looking import Looker
from tests.browser.parts import SOON, pill, toast
from tests.browser.site import Site

Seeing = Callable[[Site], Looker]

MANY = 10_000
#: For what is done to many, in milliseconds.
LONG = 30_000
#: Keeps every number that a toast showed: how far it was.
_KEEP = """() => {
  window.shown = [];
  new MutationObserver(() => {
    const bar = document.querySelector('.toast progress');
    if (bar && bar.value > 0 && bar.value < 1) window.shown.push(bar.value);
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
}"""


def do_to_all(page: Page, action: str, done: str) -> None:
    """Choose all jobs of the query, act on them, and see it asked, shown as it goes, and done."""
    page.get_by_role("checkbox", name="Choose every row of this page").check()
    page.get_by_role("button", name="Choose all 10,000 matching").click()
    bar = page.get_by_role("region", name="Chosen jobs")
    expect(bar).to_contain_text("All 10,000 matching jobs")
    bar.get_by_role("button", name=action).click()
    dialog = page.get_by_role("dialog", name=f"{action} 10,000 jobs?")
    expect(dialog).to_contain_text("and 9,995 more")
    page.evaluate(_KEEP)
    dialog.get_by_role("button", name=f"{action} 10,000 jobs").click()
    expect(toast(page).last).to_contain_text(f"{done} 10,000 jobs.", timeout=LONG)
    steps = page.evaluate("window.shown")
    assert len(set(steps)) >= 3
    assert steps == sorted(steps)
    expect(bar).to_have_count(0)


def test_ten_thousand_jobs_are_cancelled_retried_and_deleted(waiting: Site, seeing: Seeing) -> None:
    waiting.fill("greet", [{"name": f"guest {number}"} for number in range(MANY)], queue="party", tags=["guests"])
    waiting.submit("greet", queue="party")  # has another tag, so it stays as it is
    page = seeing(waiting).open("jobs?query=queue:party tag:guests state:pending")
    do_to_all(page, "Cancel", "Cancelled")
    page.goto(f"{waiting.url}#/jobs?query=queue:party state:cancelled")
    do_to_all(page, "Retry", "Retried")
    page.goto(f"{waiting.url}#/jobs?query=queue:party state:pending tag:guests")
    do_to_all(page, "Delete", "Deleted")
    expect(page.get_by_text("No job matches the query.")).to_be_visible()
    assert waiting.get("v1/stats")["queues"]["party"] == {"pending": 1}


def test_what_is_under_way_can_be_stopped(waiting: Site, seeing: Seeing) -> None:
    waiting.fill("greet", [{}] * MANY, queue="stopped")
    page = seeing(waiting).open("jobs?query=queue:stopped")
    page.get_by_role("checkbox", name="Choose every row of this page").check()
    page.get_by_role("button", name="Choose all 10,000 matching").click()
    page.get_by_role("region", name="Chosen jobs").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 10,000 jobs").click()
    toast(page).get_by_role("button", name="Stop").click()
    expect(toast(page)).to_contain_text("then you stopped it")
    said = re.search(r"Deleted ([\d,]+) jobs?;", toast(page).inner_text())
    assert said
    left = waiting.get("v1/stats")["queues"].get("stopped", {}).get("pending", 0)
    # One more part may have been under way; how many are left is a race between the button and the server.
    assert MANY - left >= int(said[1].replace(",", ""))


def test_rows_stay_where_they_are_while_they_are_chosen(waiting: Site, seeing: Seeing) -> None:
    ids = waiting.fill("greet", [{"name": str(number)} for number in range(5)], queue="rows")[::-1]
    page = seeing(waiting).open("jobs?query=queue:rows")
    expect(pill(page)).to_have_text("live")
    rows = page.locator("tbody tr")
    rows.nth(1).get_by_role("checkbox").check()
    rows.nth(3).get_by_role("checkbox").check()
    waiting.fill("greet", [{}] * 3, queue="rows")
    waiting.post(f"v1/jobs/{ids[3]}/cancel")
    expect(page.get_by_role("button", name="3 new jobs")).to_be_visible(timeout=SOON)
    expect(rows.nth(3)).to_contain_text("cancelled", timeout=SOON)
    assert [row.get_attribute("data-key") for row in rows.all()] == ids
    assert [box.is_checked() for box in rows.get_by_role("checkbox").all()] == [False, True, False, True, False]
    page.get_by_role("button", name="3 new jobs").click()
    expect(rows).to_have_count(8)
    chosen = page.locator("tbody tr", has=page.locator("input:checked"))
    assert [row.get_attribute("data-key") for row in chosen.all()] == [ids[1], ids[3]]

"""What the dashboard is for, from end to end: by mouse, by keys alone, and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import WAYS, Way
from tests.browser.looking import Looker
from tests.browser.parts import log, row, state, title, toast
from tests.browser.site import Site

Seeing = Callable[[Site], Looker]
ways = pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])
#: Longer than a lease lasts, and than a machine with other things to do takes.
RECOVERS = 20_000


def moves(page: Page) -> None:
    """Wait until the countdown that is shown is further than it is now."""
    progress = page.locator(".job-progress p")
    expect(progress).to_contain_text("to go")
    before = progress.inner_text()
    expect(progress).not_to_have_text(re.compile(re.escape(before.split()[0])))


@ways
def test_a_task_is_run_from_its_form_and_followed_to_its_end(working: Site, seeing: Seeing, way: Way) -> None:
    page = seeing(working).open(width=way.width, touch=way.touch)
    way.hands.go(page, "Tasks")
    way.hands.press(page.get_by_role("link", name="countdown", exact=True))
    way.hands.write(page.get_by_label("seconds"), "15")
    way.hands.write(page.get_by_label("step"), "0.2")
    way.hands.press(page.get_by_role("button", name="Run countdown"))
    expect(title(page)).to_have_text("countdown")
    expect(state(page)).to_have_text("processing")
    moves(page)
    expect(log(page)).to_contain_text("15 left")
    expect(state(page)).to_have_text("completed")
    expect(page.get_by_role("region", name="Result")).to_have_text('"lift-off"')
    lines = page.locator(".said-message").all_text_contents()
    assert lines == [f'{left} left{{"left": {left}}}' for left in range(15, 0, -1)]


@ways
def test_a_job_recovers_while_one_looks_on(waiting: Site, seeing: Seeing, way: Way) -> None:
    queue = f"recover-{way.name}"
    worker = waiting.worker("-q", queue)
    job = waiting.submit("countdown", queue=queue, seconds=1_000, step=0.1)
    page = seeing(waiting).open(width=way.width, touch=way.touch)
    way.hands.go(page, "Jobs")
    way.hands.press(page.get_by_title(job).get_by_text(job[:8]))
    expect(state(page)).to_have_text("processing")
    moves(page)
    waiting.kill(worker)
    other = waiting.worker("-q", queue)
    expect(log(page)).to_contain_text("Attempt 2", timeout=RECOVERS)
    expect(page.get_by_role("heading", name="Attempt", exact=True)).to_be_visible()
    expect(page.locator(".attempt")).to_contain_text("crashed")
    expect(state(page)).to_have_text("processing")
    moves(page)
    waiting.kill(other)


@ways
def test_the_page_says_why_a_job_waits_and_lets_it_go(working: Site, seeing: Seeing, way: Way) -> None:
    queue = f"letters-{way.name}"
    working.post(f"v1/queues/{queue}/pause")
    job = working.submit("greet", queue=queue)
    page = seeing(working).open(width=way.width, touch=way.touch)
    way.hands.go(page, "Jobs")
    way.hands.press(page.get_by_title(job).get_by_text(job[:8]))
    expect(state(page)).to_have_text("pending")
    expect(page.get_by_text(f"Queue {queue} is paused")).to_be_visible()
    way.hands.press(page.get_by_role("button", name=f"Resume {queue}"))
    expect(state(page)).to_have_text("completed")
    expect(page.get_by_text(f"Queue {queue} is paused")).to_have_count(0)
    assert not working.get(f"v1/queues/{queue}")["paused"]


@ways
def test_a_group_of_failures_is_run_once_more(working: Site, seeing: Seeing, way: Way) -> None:
    mended = f"mended-{way.name}"
    working.fill("fetch", [{"number": number, "until": mended} for number in range(5)], tags=[mended])
    page = seeing(working).open(width=way.width, touch=way.touch)
    way.hands.go(page, "Failures")
    group = row(page, "ConnectionError")
    expect(group).to_contain_text("the other side is away")
    expect(group.get_by_role("link", name="5", exact=True)).to_be_visible()
    Path(working.folder, mended).touch()
    way.hands.press(group.get_by_role("button", name="Retry all"))
    way.hands.press(page.get_by_role("dialog").get_by_role("button", name="Retry 5 jobs"))
    expect(toast(page)).to_contain_text("Retried 5 jobs")
    expect(group).to_have_count(0)
    assert working.get("v1/jobs/count", query=f"tag:{mended} state:completed") == {"jobs": 5, "exact": True}

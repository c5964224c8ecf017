"""The page of one job: it shows what the job says as it comes, and what it was given as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.looking import Looker
from tests.browser.parts import log, state, title
from tests.browser.site import Site

Seeing = Callable[[Site], Looker]
#: More digits than JavaScript's numbers hold.
LARGE = 123456789012345678901234567890


def clipboard(page: Page) -> str:
    """Return what was copied."""
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_story_is_shown_word_by_word(working: Site, seeing: Seeing) -> None:
    job = working.submit("story", words=60, pause=0.05)
    page = seeing(working).open(f"jobs/{job}")
    expect(log(page)).to_contain_text("word3 ")
    expect(state(page)).to_have_text("processing")
    expect(log(page)).not_to_contain_text("word59 ")
    expect(state(page)).to_have_text("completed")
    expect(page.locator(".said-output")).to_have_text("".join(f"word{number} " for number in range(60)))


def test_what_is_no_longer_kept_is_told(working: Site, seeing: Seeing) -> None:
    job = working.submit("chatter", times=5)
    page = seeing(working).open(f"jobs/{job}")
    expect(state(page)).to_have_text("completed")
    page.reload()
    expect(log(page)).to_contain_text("earlier entries are no longer kept")
    expect(log(page)).to_contain_text("line 749")
    expect(log(page)).not_to_contain_text("line 0\n")


def test_large_integers_are_shown_as_they_are(working: Site, seeing: Seeing) -> None:
    value = {"large": LARGE, "exact": 9007199254740993, "small": -0.5e-7}
    job = working.submit("repeat", value=value)
    page = seeing(working).open(f"jobs/{job}")
    for name in ("Arguments", "Result"):
        expect(page.get_by_role("region", name=name)).to_contain_text(f'"large": {LARGE}')
        expect(page.get_by_role("region", name=name)).to_contain_text('"exact": 9007199254740993')
    page.get_by_role("link", name="Run again with changes").click()
    expect(title(page)).to_have_text("repeat")
    expect(page.get_by_label("value")).to_have_value(re.compile(str(LARGE)))
    page.get_by_role("button", name="Run repeat").click()
    expect(title(page)).to_have_text("repeat")
    expect(page.get_by_role("region", name="Result")).to_contain_text(f'"large": {LARGE}')
    again = page.url.rpartition("/")[2]
    assert again != job
    assert working.get(f"v1/jobs/{again}", include="result")["result"] == value


def test_what_is_copied_is_what_is_meant(working: Site, seeing: Seeing) -> None:
    job = working.submit("repeat", value={"large": LARGE, "text": 'it\'s "quoted"'})
    page = seeing(working).open(f"jobs/{job}")
    page.get_by_role("button", name="Copy the id").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert clipboard(page) == job
    page.get_by_role("button", name="Copy the arguments").click()
    assert json.loads(clipboard(page)) == {"value": {"large": LARGE, "text": 'it\'s "quoted"'}}
    page.get_by_role("button", name="Copy as curl").click()
    assert clipboard(page).startswith("curl ")
    assert f'"large":{LARGE}' in clipboard(page).replace(": ", ":")
    page.get_by_role("button", name="Copy as Python").click()
    assert str(LARGE) in clipboard(page)


def test_a_job_is_cancelled_and_retried_on_its_page(working: Site, seeing: Seeing) -> None:
    job = working.submit("countdown", seconds=1_000)
    look = seeing(working)
    page = look.open(f"jobs/{job}")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the job").click()
    expect(state(page)).to_have_text("cancelled")
    page.get_by_role("button", name="Retry").click()
    expect(state(page)).to_have_text("processing")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the job").click()
    expect(state(page)).to_have_text("cancelled")
    look.watch.outage = True  # the page may ask for it once more before it goes
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the job").click()
    expect(title(page)).to_have_text("Jobs")
    expect(page.get_by_title(job)).to_have_count(0)


def test_whoever_looks_at_a_job_is_told_that_it_was_deleted(waiting: Site, seeing: Seeing) -> None:
    job = waiting.submit("greet", queue="deleted")
    look = seeing(waiting)
    look.watch.outage = True  # of what is gone, the browser tells, too
    page = look.open(f"jobs/{job}")
    expect(page.get_by_text("No worker that serves queue deleted is alive.")).to_be_visible()
    waiting.post("v1/bulk", {"action": "delete", "ids": [job], "dry_run": False})
    expect(page.get_by_text("This job was deleted")).to_be_visible()
    page.reload()
    expect(page.get_by_text("There is no such job.")).to_be_visible()

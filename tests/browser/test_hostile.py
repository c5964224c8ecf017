"""Texts that want to be more than texts: wherever they come from, they are shown, and nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.hostile import HOSTILE
from tests.browser.looking import PHONE, Looker, looking
from tests.browser.parts import log, row, state, title
from tests.browser.site import Site

#: The page of one job is looked at for each text; so many at a time.
PARTS = 5
#: Where a text may stand in an address.
PLACES = [
    "{}",
    "jobs/{}",
    "queues/{}",
    "tasks/{}",
    "failures?task={}",
    "workers?worker={}",
    "jobs?query={}",
    "jobs?cursor={}",
]


class Said:
    """The jobs that were given these texts, by text: one that completes, one that fails."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.told = {text: self._submit(text) for text in HOSTILE}
        self.failed = {text: site.submit("echo", text=text, fail=True) for text in HOSTILE}
        site.settled(completed=len(HOSTILE), failed=len(HOSTILE))

    def _submit(self, text: str) -> str:
        """Submit with the text as a tag and a key too, as far as it may be one."""
        options = {"tags": [text[:64]], "key": text[:256]} if text[:256].isprintable() else {}
        return str(self.site.post("submit-job", {"task": "echo", "args": {"text": text}, **options})["job_id"])


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Said]:
    with Site(tmp_path_factory.mktemp("hostile")) as site:
        site.serve()
        site.worker()
        yield Said(site)


@pytest.fixture
def look(browser: Browser, said: Said) -> Iterator[Looker]:
    with looking(browser, said.site.url) as looker:
        yield looker


def unhurt(page: Page) -> None:
    """Check that no text was run, and that the page is no wider than it should be."""
    assert page.evaluate("window.hurt === undefined && {}.polluted === undefined")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def shown(page: Page, selector: str) -> str:
    """Return the text of an element as it is, spaces and all."""
    return page.locator(selector).first.text_content() or ""


def found_by(site: Site, link: str | None) -> int:
    """Return how many jobs a link of the page leads to."""
    assert link
    return int(site.get("v1/jobs/count", query=parse_qs(link.partition("?")[2])["query"][0])["jobs"])


@pytest.mark.parametrize("part", range(PARTS))
def test_what_a_job_was_given_and_said_is_text(said: Said, look: Looker, part: int) -> None:
    page = look.open(width=PHONE)
    for text in HOSTILE[part::PARTS]:
        page.goto(f"{said.site.url}#/jobs/{said.told[text]}")
        expect(log(page)).to_be_visible()
        assert shown(page, ".said-output") == text
        assert shown(page, ".said-message").startswith(text)
        assert json.loads(shown(page, "pre[aria-label=Arguments]")) == {"text": text}
        assert json.loads(shown(page, "pre[aria-label=Result]")) == text
        if text[:256].isprintable():
            assert shown(page, "a.tag") == text[:64]
            assert found_by(said.site, page.locator("a.tag").get_attribute("href")) == 1
            key = page.locator("dt", has_text="Key").locator("xpath=..").get_by_role("link")
            assert found_by(said.site, key.get_attribute("href")) == 1
        unhurt(page)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_a_job_failed_with_is_text(said: Said, look: Looker, part: int) -> None:
    page = look.open(width=PHONE)
    for text in HOSTILE[part::PARTS]:
        page.goto(f"{said.site.url}#/jobs/{said.failed[text]}")
        expect(state(page)).to_have_text("failed")
        expect(page.locator(".error-said")).to_be_visible()
        assert shown(page, ".error-message") == text
        page.goto(f"{said.site.url}#/tasks/echo?from={said.failed[text]}")
        field = page.get_by_label("text")
        expect(field).not_to_have_value("")
        assert field.input_value() == text.replace("\r\n", "\n")
        unhurt(page)


def test_lists_show_texts(said: Said, look: Looker) -> None:
    page = look.open("jobs?query=state:failed", width=PHONE)
    expect(page.locator("tbody tr")).to_have_count(50)
    lines = page.locator(".first-line").all_text_contents()
    assert sorted(lines) == sorted(f"RuntimeError: {text.split(chr(10))[0]}"[:300] for text in HOSTILE)
    unhurt(page)


def test_a_search_is_text(look: Looker) -> None:
    look.watch.outage = True  # most are no query, which the server says
    page = look.open("queues", width=PHONE)
    for text in HOSTILE:
        page.get_by_role("searchbox").fill(text[:900])
        page.get_by_role("searchbox").press("Enter")
        expect(page.get_by_role("searchbox")).to_have_value("")
        unhurt(page)
    expect(title(page)).to_have_text("Jobs")


def test_an_address_is_text(said: Said, look: Looker) -> None:
    look.watch.outage = True
    page = look.open(width=PHONE)
    for number, text in enumerate(HOSTILE):
        for place in PLACES[number % 3 :: 3]:
            page.goto(f"{said.site.url}#/{place.format(quote(text[:900], safe=''))}")
            expect(title(page)).to_be_visible()
        page.goto(f"{said.site.url}#/{text[:900]}")
        unhurt(page)


def test_progress_is_text(working: Site, seeing: Callable[[Site], Looker]) -> None:
    texts = [*HOSTILE[::6], "</p><b>the last one"]
    page = seeing(working).open(f"jobs/{working.submit('linger', texts=texts)}", width=PHONE)
    expect(page.locator(".job-progress-said")).to_have_text("</p><b>the last one")
    unhurt(page)
    page.goto(f"{working.url}#/jobs?query=task:linger")
    expect(page.locator("tbody tr").first).to_contain_text("</p><b>the last one")
    unhurt(page)


def test_half_of_a_pair_of_surrogates_breaks_nothing(working: Site, seeing: Callable[[Site], Looker]) -> None:
    page = seeing(working).open(f"jobs/{working.submit('halve')}", width=PHONE)
    expect(state(page)).to_have_text("failed")
    expect(page.locator(".said-output")).to_contain_text("of a pair")
    expect(page.locator(".error-message")).to_contain_text("of a pair")
    unhurt(page)


def test_names_that_every_object_has_are_names_like_others(working: Site, seeing: Callable[[Site], Looker]) -> None:
    look = seeing(working)
    look.watch.outage = True  # a queue that is not there is asked for
    page = look.open()
    for name in ("__proto__", "hasOwnProperty"):
        page.goto(f"{working.url}#/queues/{name}")
        expect(page.get_by_role("alert")).to_contain_text(name)
        for _ in range(3):
            working.submit("constructor", queue=name)
        expect(page.get_by_role("link", name="3", exact=True)).to_be_visible()
        page.goto(f"{working.url}#/queues")
        expect(row(page, name)).to_be_visible()
        page.goto(f"{working.url}#/jobs?query=queue:{name} task:constructor")
        expect(page.get_by_role("navigation", name="States").get_by_role("link", name="All 3")).to_be_visible()
    page.goto(f"{working.url}#/tasks/constructor")
    page.get_by_label("constructor").fill("built")
    page.get_by_label("hasOwnProperty").fill("7")
    page.get_by_label("toString").select_option("false")
    page.get_by_role("button", name="Run constructor").click()
    expect(page.get_by_role("region", name="Result")).to_have_text('"built 7 False"')


def test_names_of_queues_and_tasks_are_names(working: Site) -> None:
    for text in set(HOSTILE) - {"__proto__", "constructor"}:
        for body in ({"task": "greet", "queue": text}, {"task": text}):
            with pytest.raises(AssertionError, match=r"422|404"):
                working.post("submit-job", body)

"""A person's browser: pages opened in it are watched for whatever should never happen."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Playwright, Request

Theme = Literal["light", "dark"]
WIDE, PHONE = 1280, 360
HEIGHT = 900
#: What a browser says by itself of a server that is away, or of an answer that is no success.
_AWAY = re.compile(r"Failed to load resource|net::ERR_")
#: Told to the page before anything else runs: violations of the policy are kept where the test finds them.
_WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.__violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium of this machine."""
    name = os.environ.get("CHROMIUM", "chromium")
    path = shutil.which(name)
    assert path, f"{name} is not installed: apt-get install chromium, or set CHROMIUM to the browser that you have"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    return playwright.chromium.launch(executable_path=path, args=quiet)


@dataclass
class Watch:
    """What a page did that it must not; `outage` says that the server goes away, of which browsers complain."""

    host: str
    outage: bool = False
    seen: list[str] = field(default_factory=list)
    #: The pages that asked for the stream of the overview, once for each time.
    streams: list[Page] = field(default_factory=list)

    def on(self, page: Page) -> None:
        """Watch a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.on("request", self._request)
        page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        expected = self.outage and _AWAY.search(message.text)
        if message.type in ("error", "warning") and not expected:
            self.seen.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"said {dialog.type}: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != self.host and not request.url.startswith(("data:", "blob:")):
            self.seen.append(f"asked another host: {request.url}")
        if request.url.endswith("/v1/events") and "/jobs/" not in request.url:
            self.streams.append(request.frame.page)


class Looker:
    """Opens pages of one site and judges them at the end."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self.url = url
        self._contexts: list[BrowserContext] = []
        self._pages: list[Page] = []
        self.watch = Watch(urlsplit(url).netloc)

    def open(
        self,
        path: str = "",
        *,
        theme: Theme = "light",
        width: int = WIDE,
        touch: bool = False,
        bypass_csp: bool = False,
        beside: Page | None = None,
        scripts: Sequence[str] = (),
    ) -> Page:
        """Open a page, `path` behind the `#/`: in a browser of its own, or in a tab `beside` another page.

        `scripts` are run before those of the page.
        """
        if beside is None:
            context = self._browser.new_context(
                viewport={"width": width, "height": HEIGHT},
                has_touch=touch,
                color_scheme=theme,
                reduced_motion="reduce",
                locale="en-GB",
                timezone_id="UTC",
                bypass_csp=bypass_csp,
                permissions=["clipboard-read", "clipboard-write"],
            )
            context.set_default_timeout(10_000)
            for script in (_WATCH, *scripts):
                context.add_init_script(script)
            self._contexts.append(context)
        else:
            context = beside.context
        page = context.new_page()
        self._pages.append(page)
        self.watch.on(page)
        page.goto(f"{self.url}#/{path}")
        page.locator("main h1").first.wait_for()
        return page

    def seen(self) -> list[str]:
        """Return what the pages did that they must not."""
        pages = [page for page in self._pages if not page.is_closed()]
        return self.watch.seen + [line for page in pages for line in page.evaluate("window.__violations ?? []")]

    def forgive(self) -> None:
        """Forget what was seen so far."""
        self.watch.seen.clear()
        for page in self._pages:
            page.evaluate("window.__violations = []")

    def close(self) -> list[str]:
        """Close all pages; return what they did that they must not."""
        seen = self.seen()
        for context in self._contexts:
            context.close()
        return seen


@contextmanager
def looking(browser: Browser, url: str) -> Iterator[Looker]:
    """Give a looker; fails at the end when a page did what no page may."""
    looker = Looker(browser, url)
    try:
        yield looker
    finally:
        seen = looker.close()
    assert not seen, "\n".join(seen)

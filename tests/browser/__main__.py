"""Takes a picture of every page, light and dark, wide and on a phone: `python -m tests.browser [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import get_args

from playwright.sync_api import Page, sync_playwright

from tests.browser.looking import HEIGHT, PHONE, WIDE, Theme, launch, looking
from tests.browser.pages import PAGES
from tests.browser.scene import APP, play
from tests.browser.site import Site

DEFAULT = Path("docs/screenshots")
#: Pages whose rest is more of the same, and how high their pictures are.
CUT = {"jobs": 760, "jobs-found": 760}
#: Everything that is to be seen is there.
READY = """() => document.querySelectorAll('[aria-busy=true]').length === 0
  && ![...document.querySelectorAll('.said-none')].some((one) => one.textContent.includes('Waiting'))
  && [...document.querySelectorAll('.canvas')].every((one) => one.querySelector('canvas'))"""


def take(page: Page, name: str, path: Path) -> None:
    """Take a picture of a page as high as it is: what stands at the window's edge is at the picture's, too."""
    page.get_by_role("status").filter(has_text="live").wait_for()
    page.wait_for_function(READY)
    width = page.viewport_size["width"] if page.viewport_size else WIDE
    needed = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": CUT.get(name, max(HEIGHT, needed))})
    page.wait_for_timeout(300)  # charts and sticky parts take their places
    page.screenshot(path=path, animations="disabled")


def main(folder: Path) -> None:
    """Write the pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, Site(Path(place), APP) as site:
        ids = play(site)
        with sync_playwright() as playwright:
            browser = launch(playwright)
            for name, path in PAGES.items():
                for theme, width in product(get_args(Theme), (WIDE, PHONE)):
                    with looking(browser, site.url) as look:
                        page = look.open(path.format(**ids), theme=theme, width=width)
                        take(page, name, folder / f"{name}-{theme}-{width}.png")
                print(f"{name}: {folder}/{name}-*.png")


main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)

"""Takes a picture of every page, light and dark, wide and on a phone: `python -m tests.browser [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import get_args

from playwright.sync_api import sync_playwright

from tests.browser.looking import PHONE, WIDE, Theme, launch, looking
from tests.browser.pages import PAGES
from tests.browser.seeds import seed
from tests.browser.site import Site

DEFAULT = Path("docs/screenshots")


def main(folder: Path) -> None:
    """Write the pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, Site(Path(place)) as site, sync_playwright() as playwright:
        site.serve()
        ids = seed(site)
        browser = launch(playwright)
        for name, path in PAGES.items():
            for theme in get_args(Theme):
                for width in (WIDE, PHONE):
                    with looking(browser, site.url) as look:
                        page = look.open(path.format(**ids), theme=theme, width=width)
                        page.get_by_role("status").filter(has_text="live").wait_for()
                        page.wait_for_load_state("load")
                        page.wait_for_function("document.querySelectorAll('[aria-busy=true]').length === 0")
                        page.screenshot(
                            path=folder / f"{name}-{theme}-{width}.png", full_page=True, animations="disabled"
                        )
            print(f"{name}: {folder}/{name}-*.png")


main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)

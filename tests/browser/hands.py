"""Ways to work with a page: by mouse, by finger, by keys alone."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import PHONE, WIDE

#: More steps of the focus than any page has.
MOST_STEPS = 200
#: The keys that lead to a page.
_KEYS = {"Overview": "o", "Queues": "q", "Jobs": "j", "Failures": "f", "Tasks": "t", "Workers": "w"}


class Hands(Protocol):
    """What a person does to a page."""

    def go(self, page: Page, name: str) -> None:
        """Go to a page by its name."""

    def press(self, target: Locator) -> None:
        """Use a link or a button."""

    def write(self, field: Locator, text: str) -> None:
        """Put a text into a field."""


class Mouse:
    """Clicks."""

    def go(self, page: Page, name: str) -> None:
        self.press(page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True))

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, field: Locator, text: str) -> None:
        self.press(field)
        field.fill(text)


class Finger(Mouse):
    """Taps."""

    def press(self, target: Locator) -> None:
        target.tap()


class Keyboard:
    """Has no mouse: goes on with Tab until the focus is where it should be."""

    def go(self, page: Page, name: str) -> None:
        page.keyboard.press("g")
        page.keyboard.press(_KEYS[name])
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()

    def press(self, target: Locator) -> None:
        self._reach(target)
        target.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self._reach(field)
        field.page.keyboard.press("Control+a")
        field.page.keyboard.type(text)

    def _reach(self, target: Locator) -> None:
        expect(target).to_be_visible()
        for _ in range(MOST_STEPS):
            if target.evaluate("element => element === document.activeElement"):
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with the Tab key")


class Way(NamedTuple):
    """Hands, and the window that goes with them."""

    name: str
    hands: Hands
    width: int
    touch: bool = False


WAYS = [
    Way("mouse", Mouse(), WIDE),
    Way("keyboard", Keyboard(), WIDE),
    Way("finger", Finger(), PHONE, touch=True),
]

"""The guards of these tests see what they are for: a page that does what no page may is found."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import Looker, looking
from tests.browser.site import Site

#: What a page could do, and the word by which it is told.
MISDEEDS = {
    "a style in HTML": ("document.body.innerHTML += '<p style=\"color: red\">red</p>'", "style-src-attr"),
    "a style element": ("document.body.innerHTML += '<style>p { color: red }</style>'", "style-src-elem"),
    "a script in HTML": ("document.body.innerHTML += '<img src=data: onerror=alert(1)>'", "script-src-attr"),
    "a script element": (
        "document.body.append(Object.assign(document.createElement('script'), { text: 'alert(1)' }))",
        "script-src-elem",
    ),
    "eval": ("setTimeout('alert(1)')", "script-src"),
    "a picture from elsewhere": ("new Image().src = 'http://elsewhere.example/x.png'", "img-src"),
    "a question elsewhere": ("fetch('http://127.0.0.1:9/').catch(() => {})", "connect-src"),
    "a form": (
        "document.body.innerHTML += '<form action=\"http://127.0.0.1:9/\">'; document.forms[1].submit()",
        "form-action",
    ),
    "a base": ("document.head.append(Object.assign(document.createElement('base'), { href: '/x/' }))", "base-uri"),
    "an error": ("setTimeout(() => { throw new Error('oh') })", "error: oh"),
    "a warning": ("console.warn('careful')", "careful"),
    "a dialog": ("setTimeout(() => alert('hello'))", "said alert: hello"),
    "a file that is missing": ("fetch('nothing.here')", "404"),
}


def test_a_page_that_does_what_it_must_not_is_found(browser: Browser, busy: tuple[Site, dict[str, str]]) -> None:
    look = Looker(browser, busy[0].url)
    page = look.open("workers")
    for misdeed, (script, word) in MISDEEDS.items():
        page.evaluate(script)
        page.evaluate("new Promise((resolve) => setTimeout(resolve, 50))")
        found = [line for line in look.seen() if word in line]
        assert found, misdeed
        look.forgive()
    assert look.close() == []


def test_what_was_found_fails_the_test(browser: Browser, busy: tuple[Site, dict[str, str]]) -> None:
    with pytest.raises(AssertionError, match="careful"), looking(browser, busy[0].url) as look:
        look.open("workers").evaluate("console.warn('careful')")

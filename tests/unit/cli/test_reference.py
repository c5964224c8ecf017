"""The reference page names every command and every option, and no other."""

from __future__ import annotations

import re

import pytest

from ferryman.cli.failures import ExitCode
from ferryman.cli.root import COMMANDS
from tests.architecture.repository import ROOT
from tests.unit.cli.test_help import PAGES

PAGE = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
LEAVES = {path: page for path, page in PAGES.items() if not hasattr(page, "commands")}
OPTIONS = {
    option for page in PAGES.values() for part in page.params for option in (*part.opts, *part.secondary_opts)
} | {"--help"}


@pytest.mark.parametrize("path", LEAVES)
def test_a_command_stands_on_the_page(path: str) -> None:
    assert f"`{path}" in PAGE


def test_every_option_stands_on_the_page() -> None:
    shown = set(re.findall(r"(--[a-z][a-z-]+)", PAGE))
    long = {option for option in OPTIONS if option.startswith("--")}
    # Of a switch the page names the side that changes something.
    assert long - shown - {"--access-log"} == set()
    assert shown - long == set()


def test_every_exit_code_stands_on_the_page() -> None:
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)} == set(ExitCode)


def test_the_page_names_no_command_that_is_not_there() -> None:
    assert set(re.findall(r"`ferryman ([a-z]+)", PAGE)) <= set(COMMANDS)

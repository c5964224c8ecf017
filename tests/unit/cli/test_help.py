"""Every help page shows two examples that are real, and showing help costs nothing but Typer."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from ferryman.cli.root import COMMANDS, command

LEFT_ALONE = {"fastapi", "starlette", "uvicorn", "rich", "watchfiles", "sqlite3", "ferryman.api"}


def pages() -> Iterator[tuple[str, Any]]:
    """Yield every command with the words that lead to it."""
    root = command()
    yield "ferryman", root
    for name in COMMANDS:
        noun = root.get_command(None, name)
        yield f"ferryman {name}", noun
        for verb, part in getattr(noun, "commands", {}).items():
            yield f"ferryman {name} {verb}", part


PAGES = dict(pages())


def examples_of(page: Any) -> list[str]:
    return re.findall(r"^  (.+)$", page.epilog or "", re.MULTILINE)


def call_in(line: str) -> list[str]:
    """Return the words of the ferryman command in a shell line with pipes and redirections."""
    [part] = [part for part in re.split(r"[|>]", line) if part.strip().startswith("ferryman ")]
    return shlex.split(part)[1:]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_two_examples_that_parse(path: str) -> None:
    page = PAGES[path]
    lines = examples_of(page)
    assert len(lines) >= 2
    for line in lines:
        assert path in line
        words = call_in(line)
        found = command()
        while hasattr(found, "get_command"):
            context = found.make_context(path, words)
            words = [*context._protected_args, *context.args]
            found = found.get_command(context, words.pop(0))
            assert found is not None, line
        found.make_context(path, words)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_does(path: str) -> None:
    assert PAGES[path].help


def test_the_table_says_what_the_pages_say() -> None:
    for name, entry in COMMANDS.items():
        assert entry.help[0].isupper()
        assert entry.help.endswith((".", "?"))
        assert f"ferryman {name}" in PAGES


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["jobs", "--help"], ["dev", "--help"]])
def test_help_imports_no_server_no_store_and_no_worker(words: list[str]) -> None:
    # A fresh interpreter, since this one has imported everything.
    program = f"""if True:
        import sys
        from ferryman.cli import main
        try:
            main({words!r})
        except SystemExit as end:
            assert not end.code, end.code
        print("MODULES", *sys.modules)
    """
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    loaded = set(answer.rpartition("MODULES")[2].split())
    assert "ferryman.cli.root" in loaded
    left = {name for name in loaded if name in LEFT_ALONE or name.startswith(("ferryman.stores.", "ferryman.worker.w"))}
    assert left == set()


def test_a_planted_example_that_does_not_parse_is_seen() -> None:
    page = PAGES["ferryman jobs ls"]
    with pytest.raises(Exception, match="No such option"):
        page.make_context("ls", call_in("ferryman jobs ls --no-such-thing")[2:])

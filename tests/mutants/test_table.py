"""The table of planted faults keeps up with the source: each still applies, still compiles, and names who sees it.

Whether it is seen is what `make mutants` finds out.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import ferryman
from ferryman.stores.redis import scripts
from ferryman.stores.redis.address import parse_address
from ferryman.stores.redis.links import link_to
from ferryman.stores.redis.wire import Command
from ferryman.stores.sqlite import migrations
from ferryman.stores.sqlite.queries import sql
from tests.mutants.copies import ROOT
from tests.mutants.mutant import DoesNotApply, Edit, Mutant, load
from tests.mutants.suites import BROKEN
from tests.servers.running import running
from tests.unit.stores.redis.lua_code import globals_named
from tests.unit.stores.redis.test_scripts import LUA, NAMES

SOURCE = Path(ferryman.__file__).parent
MUTANTS = load()
#: What the hunt is to have at least.
FEWEST = 30


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len({mutant.name.partition("/")[0] for mutant in MUTANTS}) >= FEWEST
    assert [name for name, times in Counter(mutant.name for mutant in MUTANTS).items() if times > 1] == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_still_applies_and_compiles(mutant: Mutant) -> None:
    for name, text in mutant.mutated(SOURCE).items():
        assert text != (SOURCE / name).read_text("utf-8")
        check_text(name, text)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_says_why_and_names_who_sees_it(mutant: Mutant) -> None:
    assert len(mutant.why) > 20
    assert mutant.killed_by
    for suite in mutant.killed_by:
        path = ROOT / "tests" / suite.split()[0].partition("::")[0]
        assert path.exists(), f"there is no {path}"
        assert " " not in suite or (path / "__main__.py").exists()


def check_text(name: str, text: str) -> None:
    """See that a changed file would still be taken by whoever reads it."""
    if name.endswith(".py"):
        compile(text, name, "exec")
    elif name.startswith("stores/sqlite/migrations/"):
        step = Path(name).name
        migrated(before=step).executescript(text).close()
    elif name.endswith(".sql"):
        check_sql(Path(name).stem, text)
    elif name.endswith(".lua"):
        check_lua(name.partition("scripts/")[2], text)
    else:
        raise AssertionError(f"nothing here can check {name}")


def migrated(before: str = "~") -> sqlite3.Connection:
    """Return a database with all steps of its schema, or those before one."""
    connection = sqlite3.connect(":memory:")
    for step in sorted(files(migrations).iterdir(), key=lambda step: step.name):
        if step.name.endswith(".sql") and step.name < before:
            connection.executescript(step.read_text("utf-8"))
    return connection


def check_sql(name: str, text: str) -> None:
    """See that SQLite takes a statement, with as many values as the right one."""
    connection = migrated()
    connection.executescript(sql("scratch"))
    code = re.sub(r"--.*", "", sql(name))
    values = max((int(number) for number in re.findall(r"\?(\d+)", code)), default=0)
    connection.execute(f"EXPLAIN {text}", (None,) * values)
    connection.close()


def check_lua(path: str, text: str) -> None:
    """See that a server takes every script that a file goes into, and that it names nothing unknown."""
    changed = {mutated_script(name, path, text) for name in NAMES} - {scripts.script(name).text for name in NAMES}
    assert changed, f"no script has {path}"
    for compiled in run([("EVAL", "return string.dump(loadstring(ARGV[1]))", 0, script) for script in changed]):
        assert isinstance(compiled, bytes), compiled
        read, made = globals_named(compiled)
        assert (made, read - LUA) == (set(), set())


def mutated_script(name: str, path: str, text: str) -> str:
    """Return a script as it is when the file at `path` has this text."""
    read = scripts._read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scripts, "_read", lambda asked: text if asked == path else read(asked))
        return scripts.script.__wrapped__(name).text


def run(commands: list[Command]) -> list[Any]:
    """Send commands to a real server."""

    async def send() -> list[Any]:
        link = link_to(parse_address(running("redis-7.0").url))
        try:
            return await link.send("", commands)
        finally:
            await link.close()

    return asyncio.run(send())


def test_the_page_on_guarantees_names_faults_that_are_there() -> None:
    page = (ROOT / "docs/explanation/guarantees.md").read_text("utf-8")
    rows = [line.split("|")[-2] for line in page.splitlines() if line.startswith("| ") and line.count("|") == 4]
    named = {name for cell in rows for name in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", cell)}
    assert len(named) > 20
    assert named <= {mutant.name.partition("/")[0] for mutant in MUTANTS}


# --- and the tools themselves


@pytest.mark.parametrize("old", ["not there", "twice"])
def test_a_text_that_is_not_there_exactly_once_is_told(old: str) -> None:
    with pytest.raises(DoesNotApply):
        Edit("a.py", old, "new").apply("twice\ntwice\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("worker/turns.py", "def f(:\n"),
        ("stores/sqlite/queries/claim_jobs.sql", "UPDATE job SET stat = ?5"),
        ("stores/sqlite/queries/claim_jobs.sql", "UPDATE job SET state = ?1"),
        ("stores/redis/scripts/turn.lua", "return x("),
        ("stores/redis/scripts/parts/claims.lua", "local function claim() return lease_untill end"),
        ("stores/redis/scripts/parts/none.lua", "return 1"),
        ("py.typed", ""),
    ],
)
def test_what_would_not_run_is_told(name: str, text: str) -> None:
    with pytest.raises((SyntaxError, sqlite3.Error, AssertionError)):
        check_text(name, text)


@pytest.mark.parametrize(
    "message",
    [
        "NameError: name 'x' is not defined",
        "sqlite3.OperationalError: no such column: x",
        "StoreUnavailable: user_script:12: attempt to index a nil value",
    ],
)
def test_broken_code_is_not_taken_for_a_fault_that_was_seen(message: str) -> None:
    assert BROKEN.search(message)


@pytest.mark.parametrize(
    "message",
    [
        "AssertionError: assert [] == ['job-1']",
        "script (call to f_6a): @user_script:49: @user_script: 49: -OOM command",
    ],
)
def test_an_answer_that_is_wrong_is_not_taken_for_broken_code(message: str) -> None:
    assert not BROKEN.search(message)

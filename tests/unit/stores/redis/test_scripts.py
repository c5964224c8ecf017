"""Scripts: each says what it takes, uses what it brings, and asks nothing whose cost grows with all that is stored."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from importlib.resources import files
from typing import Any

import pytest

from ferryman.stores.redis import scripts
from ferryman.stores.redis.address import parse_address
from ferryman.stores.redis.keys import KEYS, USUAL, names_used
from ferryman.stores.redis.links import link_to
from ferryman.stores.redis.scripts import script
from ferryman.stores.redis.wire import Command
from tests.servers.running import running
from tests.unit.stores.redis.lua_code import globals_named

FOLDER = files(scripts)
NAMES = sorted(path.name.removesuffix(".lua") for path in FOLDER.iterdir() if path.name.endswith(".lua"))
PARTS = sorted(path.name.removesuffix(".lua") for path in FOLDER.joinpath("parts").iterdir())

#: They walk all keys or a whole list, wipe what is not ours, block, or make scripts differ between server and replica.
FORBIDDEN = frozenset(
    """
    KEYS SCAN SSCAN HSCAN ZSCAN RANDOMKEY DBSIZE SORT SORT_RO
    LREM LINSERT LPOS COUNT ZLEXCOUNT ZRANK ZREVRANK SUNION SINTER SDIFF ZUNIONSTORE ZINTERSTORE
    FLUSHALL FLUSHDB SWAPDB MOVE RENAME MIGRATE RESTORE DUMP OBJECT
    BLPOP BRPOP BLMOVE BZPOPMIN BZPOPMAX XREAD WAIT WAITAOF
    CONFIG ACL DEBUG SCRIPT SHUTDOWN SAVE BGSAVE BGREWRITEAOF REPLICAOF CLUSTER CLIENT INFO SELECT
    SRANDMEMBER SPOP
    """.split()
)

#: What Redis gives to scripts, as far as ours may use it: nothing by chance.
LUA = frozenset(
    "KEYS ARGV redis cjson cmsgpack ipairs pairs pcall next unpack tonumber tostring type math string table".split()
)

_CALL = re.compile(r"redis\.p?call\(\s*'([A-Za-z]+)'")
_LOCAL = re.compile(r"^local (?:function )?([\w, ]+?)(?: =|\(|$)", re.MULTILINE)


def text_of(name: str) -> str:
    return FOLDER.joinpath(f"{name}.lua").read_text("utf-8")


def code_of(name: str) -> str:
    """Return a file without its comments."""
    return re.sub(r"--.*", "", text_of(name))


def contract(name: str) -> str:
    """Return the comment that a script begins with."""
    return re.split(r"^(?!--)", text_of(name), maxsplit=1, flags=re.MULTILINE)[0]


def parts_named(name: str) -> list[str]:
    found = re.search(r"^-- parts: (.+)$", text_of(name), re.MULTILINE)
    return found[1].split() if found else []


def all_parts(name: str) -> set[str]:
    """Return the parts of a file, and theirs."""
    named = [f"parts/{part}" for part in parts_named(name)]
    return {*named, *(further for part in named for further in all_parts(part))}


def names_defined(name: str) -> set[str]:
    """Return the names that a file has for those after it."""
    return {word.strip() for names in _LOCAL.findall(code_of(name)) for word in names.split(",")}


def every_file() -> list[str]:
    return [*NAMES, *(f"parts/{part}" for part in PARTS)]


def test_there_are_scripts() -> None:
    assert len(NAMES) > 10
    assert len(PARTS) > 5


@pytest.mark.parametrize("name", NAMES)
def test_a_script_begins_with_what_it_is_for_and_what_it_takes(name: str) -> None:
    said = contract(name)
    first, *rest = said.splitlines()
    assert re.match(r"-- [A-Z].+", first)
    assert any(line.startswith("-- in:  time") for line in rest), said


@pytest.mark.parametrize("name", NAMES)
def test_a_script_that_answers_says_what(name: str) -> None:
    answers = re.search(r"^return\b", code_of(name), re.MULTILINE) is not None
    assert answers == ("\n-- out: " in contract(name))


@pytest.mark.parametrize("name", every_file())
def test_every_part_that_is_named_is_used(name: str) -> None:
    code = code_of(name)
    for part in parts_named(name):
        defined = names_defined(f"parts/{part}")
        used = any(re.search(rf"\b{word}\b", code) for word in defined)
        assert used, f"{name} names the part {part} and uses nothing of it"


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_of_some_script(part: str) -> None:
    assert any(f"parts/{part}" in all_parts(name) for name in NAMES)


@pytest.mark.parametrize("name", every_file())
def test_a_part_whose_names_are_used_is_named(name: str) -> None:
    code = code_of(name)
    have = {name, *all_parts(name)}
    for part in PARTS:
        if f"parts/{part}" not in have:
            for word in names_defined(f"parts/{part}") - set().union(*map(names_defined, have)):
                assert not re.search(rf"(?<![.\w']){word}\(", code), f"{name} calls {word} of parts/{part}"


@pytest.mark.parametrize("name", every_file())
def test_no_script_calls_what_gets_slower_with_all_that_is_stored(name: str) -> None:
    called = {command.upper() for command in _CALL.findall(code_of(name))}
    assert not called & FORBIDDEN


@pytest.mark.parametrize("name", every_file())
def test_a_command_is_named_where_it_is_called_or_handed_on(name: str) -> None:
    """Else the test above would not see it: only in_pieces and make_moves are given commands."""
    code = code_of(name)
    called = re.findall(r"redis\.p?call\(\s*(\w+)", code)
    assert set(called) <= ({"command"} if name == "parts/values" else set())
    handed = {word.upper() for word in re.findall(r"(?:in_pieces|make_moves)\('(\w+)'", code)}
    assert handed <= {"ZADD", "ZREM", "RPUSH", "LPUSH", "HDEL"}


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_used(key: str) -> None:
    assert any(re.search(rf"\b{key}\b", code_of(name)) for name in every_file())


@pytest.mark.parametrize("name", every_file())
def test_a_script_writes_no_name_of_a_key_itself(name: str) -> None:
    """They are in keys.py, so that what is stored can be read in one place; KEYS[1] alone is the base."""
    code = code_of(name)
    assert not re.search(r"KEYS\[[^1]", code)
    assert "':" not in code.replace("'queue:'", "").replace("'worker:'", "").replace("'job:'", "")


def test_names_that_are_used_get_their_values_and_no_others_do() -> None:
    assert names_used("return redis.call('GET', LAST_PLACE)") == "local LAST_PLACE = KEYS[1] .. ':last_place'\n"
    assert names_used("return 1") == ""
    assert [line.split()[1] for line in names_used("JOB USUAL SIGNAL").splitlines()] == ["JOB", "USUAL", "SIGNAL"]
    for name, value in USUAL.items():
        assert f"{name} = '{value}'" in names_used("USUAL")


def test_a_script_is_the_same_for_everybody() -> None:
    """What differs comes as an argument, and no process orders it otherwise: a server keeps every text it was given."""
    code = f"from ferryman.stores.redis.scripts import script\nfor n in {NAMES}: print(script(n).sha)"
    shas = [script(name).sha for name in NAMES]
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE
        )
        assert ran.stdout.decode().split() == shas


def test_parts_stand_before_who_needs_them_and_once() -> None:
    for name in NAMES:
        lines = script(name).text.splitlines()
        defined = [line for line in lines if line.startswith("local function ")]
        assert len(defined) == len(set(defined)), name
        assert "-- parts" not in script(name).text


# --- on a server, which compiles them

#: Values to call each script with, behind the time.
VALUES: dict[str, list[Any]] = {
    "act": [7, "cancel", 1, "pending", b"\0" * 16],
    "command_worker": ["w", ""],
    "count_ahead": ["mail", 5, 17, 10],
    "count_jobs": [],
    "extend": ["w", "{}", 1_000, b"\0" * 16 + b"1 5"],
    "feed_append": [10, 1_000, b"\0" * 16 + b"1 5", "log", "{}"],
    "feed_read": [b"\0" * 16, 0, 10, 1_000],
    "find_jobs": [
        *(10, 100, 1, 1, "-inf", "(17", 0, 0, 0, 1, "tag", "", 0, "text", "", -1, 1, "0" * 16),
        *(1, b"\0" * 16, 1, "task\nkey"),
    ],
    "get_jobs": [1, 1, 1, 1, b"\0" * 16],
    "list_failures": [10, "task", b"0" * 16],
    "list_queues": [],
    "list_workers": [1_000],
    "pause_queue": ["mail", 1, "ada"],
    "place_in_line": [b"\0" * 16],
    "read_history": [60, 10, 0, 0],
    "register_format": [1, 1],
    "retire_worker": ["w", 2],
    "submit": [1, "mail task", "task", 5, 3, 3, b"\1" * 16, 1, "{}", 0],
    "turn": ["w", 0, 1, 10, 1_000, 0, 1, "task", 0],
    "upkeep": [10, 1_000, 1_000, 1_000, 1_000],
}


def run(commands: list[Command], kind: str = "redis-7.0") -> list[Any]:
    """Send commands to a real server."""

    async def send() -> list[Any]:
        link = link_to(parse_address(running(kind).url))
        try:
            return await link.send("", commands)
        finally:
            await link.close()

    return asyncio.run(send())


def test_every_script_has_values_here() -> None:
    assert sorted(VALUES) == NAMES


@pytest.mark.parametrize("kind", ["redis-6.2", "redis-7.0", "redis-8", "valkey-9"])
def test_servers_of_all_kinds_run_every_script(kind: str) -> None:
    """They refuse what is no Lua, and the first line that sets or reads a global that nobody made."""
    calls: list[Command] = [("EVAL", script(name).text, 1, f"{{s{kind}:0}}", 0, *VALUES[name]) for name in NAMES]
    for name, reply in zip(NAMES, run(calls, kind), strict=True):
        assert not isinstance(reply, Exception), f"{name}: {reply}"


def compiled(text: str) -> bytes:
    [reply] = run([("EVAL", "return string.dump(loadstring(ARGV[1]))", 0, text)])
    assert isinstance(reply, bytes), reply
    return reply


def test_globals_are_found_wherever_they_are_named() -> None:
    text = "local a = b\nlocal function f() if a then c = 1 end return function() return redis.call(a, 'd') end end"
    assert globals_named(compiled(text)) == ({"b", "redis"}, {"c"})


@pytest.mark.parametrize("name", NAMES)
def test_a_script_makes_no_global_and_knows_all_that_it_names(name: str) -> None:
    """A server refuses both, but only where it comes by: so a slip in a rare branch would wait for its day."""
    read, made = globals_named(compiled(script(name).text))
    assert made == set()
    assert read <= LUA

"""Failpoints: what the variable may say, what happens there, and that code, docs and tests name the same ones."""

from __future__ import annotations

import ast
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ferryman import failpoints
from ferryman.failpoints import ACTIONS, FAILPOINTS, FailpointReached, InvalidFailpoint, arm, reached

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm(None)


def calls(source: str) -> list[str]:
    """Return the names that a module passes to `failpoints.reached`, each as often as it does."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "failpoints.reached":
            [name] = node.args
            # An expression that chooses between names has its condition in it as well, without texts.
            found += [part.value for part in ast.walk(name) if isinstance(part, ast.Constant)]
    return sorted(map(str, found))


def test_each_is_called_in_one_place_and_nothing_else_is() -> None:
    found = [name for path in (ROOT / "src").rglob("*.py") for name in calls(path.read_text("utf-8"))]
    assert sorted(found) == sorted(FAILPOINTS)


def test_the_page_lists_each_with_its_meaning() -> None:
    page = (ROOT / "docs" / "explanation" / "guarantees.md").read_text("utf-8")
    assert dict(re.findall(r"^\| `(\w+\.\w+)` \| (.+) \|$", page, re.MULTILINE)) == FAILPOINTS


def test_a_planted_call_is_seen() -> None:
    assert calls("failpoints.reached('a' if many else 'b')\nfailpoints.reached('a')") == ["a", "a", "b"]


def test_without_a_word_nothing_happens() -> None:
    arm("")
    for name in FAILPOINTS:
        reached(name)


def test_it_happens_at_the_nth_time_of_the_named_one_and_once() -> None:
    arm("turn.before:raise:2")
    reached("turn.before")
    reached("turn.answered")
    with pytest.raises(FailpointReached):
        reached("turn.before")
    reached("turn.before")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("turn.befor:kill", "'turn.befor', there are: submit.before, submit.answered"),
        ("turn.before", "'' is no action, there are: kill, stop, raise, hang"),
        ("turn.before:die", "'die' is no action"),
        ("turn.before:kill:", "'' is no number from 1"),
        ("turn.before:kill:0", "'0' is no number from 1; write turn.before:kill:2"),
        ("turn.before:kill:²", "'²' is no number from 1"),
        ("turn.before:kill:1:2", "'1:2' is no number from 1"),
    ],
)
def test_a_wrong_word_is_told_with_what_is_known(text: str, said: str) -> None:
    with pytest.raises(InvalidFailpoint, match=re.escape(f"FERRYMAN_FAILPOINTS={text}: ")) as caught:
        arm(text)
    assert said in str(caught.value)


def run(setting: str, program: str) -> subprocess.Popen[str]:
    environment = {"FERRYMAN_FAILPOINTS": setting, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", f"from ferryman.failpoints import reached; {program}"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_environment_arms_a_process_and_kill_kills_it() -> None:
    process = run("submit.before:kill:2", "reached('submit.before'); print(1, flush=True); reached('submit.before')")
    said, _ = process.communicate(timeout=30)
    assert (said, process.returncode) == ("1\n", -signal.SIGKILL)


def test_stop_freezes_the_process_until_it_is_continued() -> None:
    process = run("act.answered:stop", "print('before', flush=True); reached('act.answered'); print('after')")
    assert process.stdout is not None
    assert process.stdout.readline() == "before\n"
    stat = Path(f"/proc/{process.pid}/stat")
    while " T " not in stat.read_text():
        pass
    process.send_signal(signal.SIGCONT)
    assert process.communicate(timeout=30)[0] == "after\n"


def test_a_wrong_environment_ends_the_process_with_the_message() -> None:
    _, told = run("nowhere:kill", "").communicate(timeout=30)
    assert told.splitlines()[-1].startswith("ferryman.failpoints.InvalidFailpoint: FERRYMAN_FAILPOINTS=nowhere:kill: ")


def test_hang_never_returns() -> None:
    thread = run("act.answered:hang", "print('before', flush=True); reached('act.answered'); print('after')")
    assert thread.stdout is not None
    assert thread.stdout.readline() == "before\n"
    with pytest.raises(subprocess.TimeoutExpired):
        thread.wait(0.2)
    thread.kill()
    assert thread.communicate()[0] == ""


def test_the_actions_are_those_that_the_page_names() -> None:
    page = (ROOT / "docs" / "explanation" / "guarantees.md").read_text("utf-8").partition("# Failpoints")[2]
    assert [action for action in ACTIONS if not re.search(rf"[:`]{action}[:`]", page)] == []
    assert failpoints.VARIABLE in page

"""Runs tests on a copy and says what came of it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.mutants.copies import environment

#: A test that waits for what a fault keeps from happening is ended after this time, in seconds.
TEST_PATIENCE = 25
#: A run that is not over by then has hung, in seconds.
RUN_PATIENCE = 120.0
#: The same for the run of the right code, which is to pass all of them.
CONTROL_PATIENCE = 600.0
#: Most memory of a process of a run, in KiB: a fault may collect without end.
MEMORY = 4_000_000
#: Stands for the exit code of a run that did not end.
HUNG = 1_000

#: What broken code says, and a wrong answer does not. A fault must be noticed by what it does.
BROKEN = re.compile(
    r"SyntaxError|ImportError|ModuleNotFoundError|NameError|UnboundLocalError|IndentationError"
    r"|syntax error|no such (column|table)|bindings supplied|Error compiling script"
    r"|user_script: ?\d+: (?![-@])"  # an error of Lua, and not what a command inside the script answered
)


class Verdict(StrEnum):
    """What came of a run."""

    PASSED = "passed"
    KILLED = "killed"
    HUNG = "hung"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict, the first test that failed and what it said, and the seconds that the run took."""

    verdict: Verdict
    test: str
    message: str
    seconds: float


def run(copy: Path, suites: Sequence[str], stores: str, *, compiling: bool = False) -> Result:
    """Run suites on a copy, those of pytest first, until one fails."""
    begun = time.monotonic()
    paths = [suite for suite in suites if " " not in suite]
    found = _run_pytest(copy, paths, stores, compiling) if paths else (Verdict.PASSED, "", "")
    for command in [suite for suite in suites if " " in suite]:
        if found[0] is Verdict.PASSED:
            found = _run_command(copy, command, stores, compiling)
    return Result(*found, time.monotonic() - begun)


def _run_pytest(copy: Path, paths: Sequence[str], stores: str, compiling: bool) -> tuple[Verdict, str, str]:
    report = copy.with_suffix(".json")
    report.unlink(missing_ok=True)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "tests.mutants.witness", f"--timeout={TEST_PATIENCE}"]
    code, output = _run(copy, ["pytest", *options, *[f"tests/{path}" for path in paths]], stores, compiling)
    if code == 0:
        return Verdict.PASSED, "", ""
    if code == HUNG:
        return Verdict.HUNG, "", output
    if code != 1 or not report.exists():
        return Verdict.BROKEN, "", output[-2_000:]
    said = json.loads(report.read_text("utf-8"))
    test, message = said["test"].removeprefix("tests/"), said["message"]
    if said["when"] in ("collect", "setup") or BROKEN.search(message):
        return Verdict.BROKEN, test, message
    return Verdict.HUNG if "from pytest-timeout" in message else Verdict.KILLED, test, message


def _run_command(copy: Path, command: str, stores: str, compiling: bool) -> tuple[Verdict, str, str]:
    module, *arguments = command.split()
    code, output = _run(copy, ["tests.mutants.witness", f"tests.{module}", *arguments], stores, compiling)
    message = "\n".join(output.strip().splitlines()[-20:])
    if code == 0:
        return Verdict.PASSED, "", ""
    if code == HUNG:
        return Verdict.HUNG, command, message
    # What a program of ours does not foresee ends it with 1 as well.
    foreseen = code == 1 and not BROKEN.search(output) and "Traceback" not in message
    seed = re.search(r"^seed \d+", output, re.MULTILINE)
    return Verdict.KILLED if foreseen else Verdict.BROKEN, f"{command}: {seed[0]}" if seed else command, message


def _run(copy: Path, module: Sequence[str], stores: str, compiling: bool) -> tuple[int, str]:
    """Run a module in the copy; return its exit code, or HUNG, and what it said."""
    limited = ["/bin/sh", "-c", f'ulimit -v {MEMORY}; exec "$@"', "sh"]
    process = subprocess.Popen(
        [*limited, sys.executable, "-m", *module],
        cwd=copy,
        env=environment(copy, stores, copy.with_suffix(".json"), compiling),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    code: int | None = None
    patience = CONTROL_PATIENCE if compiling else RUN_PATIENCE
    try:
        output, _ = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        code, output = HUNG, f"no end within {patience:g} s"
    finally:
        # With all that it started: a fault may leave processes behind. It began the group, so the group is its own.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode if code is None else code, output

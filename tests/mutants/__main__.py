"""Plants each fault of the table in a copy of the source and sees the tests go red: `make mutants`.

python -m tests.mutants                          all of them
python -m tests.mutants finish-unfenced claim    those whose names begin so
python -m tests.mutants --list                   what they are, and why
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.mutants.copies import copy_mutated, copy_right
from tests.mutants.mutant import Mutant, load
from tests.mutants.suites import Result, Verdict, run


def main(arguments: Sequence[str]) -> int:
    """Run the table; answers 1 when a mutant survives, or the right code does not pass."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Plant faults; see tests go red.")
    parser.add_argument("names", nargs="*", help="only mutants whose names begin with one of these")
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time (2)")
    parser.add_argument("--by", action="append", default=[], help="run this on each instead of what the table names")
    parser.add_argument("--list", action="store_true", help="say what the mutants are, and end")
    parser.add_argument("-v", "--verbose", action="store_true", help="also say what each test said")
    said = parser.parse_args(arguments)
    chosen = [mutant for mutant in load() if not said.names or mutant.name.startswith(tuple(said.names))]
    if said.by:
        chosen = [
            replace(mutant, killed_by=tuple(suite.format(store=_store(mutant)) for suite in said.by))
            for mutant in chosen
        ]
    if not chosen:
        parser.error("no mutant has such a name")
    if said.list:
        for mutant in chosen:
            _say(f"{mutant.name}\n    {mutant.why}")
        return 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ThreadPoolExecutor(said.jobs) as pool:
        right = copy_right(Path(folder) / "right")
        if not _control(right, chosen):
            return 1
        results = pool.map(partial(judge, right, Path(folder)), chosen)
        verdicts = [_tell(mutant, result, said.verbose) for mutant, result in zip(chosen, results, strict=True)]
    return _sum_up(verdicts, time.monotonic() - begun)


def _store(mutant: Mutant) -> str:
    """Return the name of the store, as commands know it, on which a fault can be noticed."""
    return mutant.stores.partition(",")[0].partition("-")[0]


def _control(right: Path, mutants: Iterable[Mutant]) -> bool:
    """See that the right code passes all that is to kill the mutants; also compiles it, for all the copies."""
    suites: dict[str, dict[str, None]] = {}
    for mutant in mutants:
        suites.setdefault(mutant.stores, {}).update(dict.fromkeys(mutant.killed_by))
    for stores, named in suites.items():
        whole = [suite for suite in named if suite.partition("::")[0] not in named or "::" not in suite]
        result = run(right, whole, stores, compiling=True)
        _say(f"{'the right code':44} {result.verdict:9} {result.seconds:6.1f} s  {result.test or stores}")
        if result.verdict is not Verdict.PASSED:
            _say(result.message)
            return False
    return True


def judge(right: Path, folder: Path, mutant: Mutant) -> Result:
    """Plant one fault and run what is to kill it."""
    copy = copy_mutated(right, folder / mutant.name.replace("/", "-"), mutant)
    result = run(copy, mutant.killed_by, mutant.stores)
    shutil.rmtree(copy, ignore_errors=True)
    if result.verdict is Verdict.HUNG and mutant.hangs:
        return replace(result, verdict=Verdict.KILLED)
    return result


def _tell(mutant: Mutant, result: Result, verbose: bool) -> Verdict:
    verdict = "SURVIVED" if result.verdict is Verdict.PASSED else result.verdict.value
    _say(f"{mutant.name:44} {verdict:9} {result.seconds:6.1f} s  {result.test}")
    if result.verdict is not Verdict.KILLED or verbose:
        _say(f"    {mutant.why}\n    {result.message}")
    return result.verdict


def _sum_up(verdicts: Sequence[Verdict], seconds: float) -> int:
    killed = verdicts.count(Verdict.KILLED)
    machine = f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}"
    _say(f"\n{killed} of {len(verdicts)} mutants killed in {seconds:.0f} s")
    others = {verdict.value: verdicts.count(verdict) for verdict in (Verdict.BROKEN, Verdict.HUNG)}
    _say(f"{verdicts.count(Verdict.PASSED)} survived, " + ", ".join(f"{n} {word}" for word, n in others.items()))
    _say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}")
    return 0 if killed == len(verdicts) else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

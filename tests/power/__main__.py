"""`python -m tests.power --durability full --cuts 1000`: cuts the power of a SQLite store; exits 1 on a violation."""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import sqlite3
import sys
import time
from datetime import UTC, datetime

from tests.power.campaign import Violation, run_seed
from tests.power.settings import two_processes
from tests.power.tally import LEVELS, Tally
from tests.power.vfs import unavailable

#: After so many violations there is nothing new to see.
MOST_VIOLATIONS = 10


def main() -> int:
    """Cut as often as the command line says and print what it came to."""
    parser = argparse.ArgumentParser(prog="python -m tests.power", description=__doc__)
    parser.add_argument("--durability", choices=list(LEVELS), required=True)
    parser.add_argument("--cuts", type=int, default=1_000, help="how many cuts of the power, at least")
    parser.add_argument("--files", type=int, help="this many files instead")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of the first file")
    parser.add_argument("--threads", action="store_true", help="in the threads of production: a seed repeats roughly")
    said = parser.parse_args()
    if unavailable():
        parser.error(unavailable())
    tally, seed, violations, start, before = Tally(), said.seed, 0, time.monotonic(), time.process_time()
    with two_processes() as folders:
        while (
            tally.cuts < said.cuts if said.files is None else tally.files < said.files
        ) and violations < MOST_VIOLATIONS:
            try:
                run_seed(seed, LEVELS[said.durability], folders, tally, said.threads)
            except Violation as violation:
                violations += 1
                _tell(str(violation))
            seed += 1
            if tally.files % 100 == 0:
                _tell(f"{tally.cuts} cuts, {violations} violations")
    took = f"{time.monotonic() - start:.0f} s, {time.process_time() - before:.0f} s of a processor"
    _tell(summary(said.durability, f"{said.seed} to {seed - 1}", tally, violations, took))
    return 1 if violations else 0


def summary(durability: str, seeds: str, tally: Tally, violations: int, took: str) -> str:
    """Return what the cuts came to."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    return "\n".join(
        [
            f"power cuts on sqlite-{durability}, seeds {seeds}, {datetime.now(UTC):%Y-%m-%d}, {machine}, "
            f"SQLite {sqlite3.sqlite_version}",
            f"{tally.cuts} cuts in {took}; {tally.kills} kills and {tally.stops} orderly stops on {tally.files} files",
            "cut during: " + ", ".join(f"{what} {number}" for what, number in tally.during.most_common()),
            f"{tally.submitted} submits and {tally.finished} finishes acknowledged",
            f"{tally.lost} acknowledged calls lost, by {tally.losing} of the cuts, {tally.worst} at most by one",
            f"{tally.failed} writes and syncs failed; {tally.kept_unanswered} calls without an answer had been kept",
            f"{violations} violations",
        ]
    )


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

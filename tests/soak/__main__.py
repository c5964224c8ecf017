"""`python -m tests.soak --store sqlite --minutes 60 --rate 300`: real load for a long time; exits 1 on a violation."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
from pathlib import Path

from tests.soak.crew import ROOT
from tests.soak.soak import Plan, Soak
from tests.soak.summary import block, figures


def main() -> int:
    """Soak as the command line says and print what it came to."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--store", choices=["sqlite", "redis"], required=True)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=300.0, help="jobs a second")
    parser.add_argument("--fault-every", type=float, default=60.0, help="seconds between faults; 0 for none")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="decides the faults")
    parser.add_argument("--callers", type=int, default=16, help="connections that submit")
    parser.add_argument("--folder", help="where the store is made, e.g. /dev/shm")
    parser.add_argument("--source", type=Path, default=ROOT / "src", help="where ferryman is imported from")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    said = parser.parse_args()
    plan = Plan(
        said.store,
        said.minutes * 60,
        said.rate,
        said.fault_every,
        said.seed,
        said.callers,
        prune=True,
        source=said.source,
    )
    with tempfile.TemporaryDirectory(prefix="soak-", dir=said.folder) as folder:
        soak = Soak(plan, Path(folder), _tell)
        asyncio.run(soak.run())
    found = figures(soak)
    if said.json:
        said.json.write_text(json.dumps(found, indent=2) + "\n")
    _tell(block(found))
    return 1 if soak.complaints.counts else 0


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

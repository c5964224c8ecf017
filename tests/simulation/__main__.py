"""Simulates: `python -m tests.simulation --store sqlite --seeds 20000`, or one seed again with `--seed N`."""

from __future__ import annotations

import argparse
import datetime
import gc
import logging
import platform
import signal
import sys

from tests.simulation.campaign import STORES, Tally, replay, run

#: Most of the broken runs that are told in full.
MOST_TOLD = 10


def main() -> int:
    """Run the campaign that the command line asks for; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--store", choices=STORES, default="sqlite")
    parser.add_argument("--seeds", type=int, default=1_000, help="how many seeds to run")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="run just this one")
    parser.add_argument("--stop", action="store_true", help="stop at the first seed that breaks a promise")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds) if asked.seed is None else range(asked.seed, asked.seed + 1)
    logging.getLogger("ferryman").addHandler(logging.NullHandler())  # what keeps nothing is all right here
    gc.set_threshold(50_000)  # a run makes much and keeps it until it is judged
    enough: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: enough.append(number))  # the sum so far is told all the same
    tally = Tally()
    for tally, verdict in run(asked.store, seeds):
        if verdict.violations and len(tally.broken) <= MOST_TOLD:
            print(f"\nseed {verdict.seed} on {asked.store}: {len(verdict.violations)} violations")
            print("\n".join(f"  {text}" for text in verdict.violations[:MOST_TOLD]))
            print(f"  again: {replay(asked.store, verdict.seed)}", flush=True)
        if enough or (verdict.violations and asked.stop):
            break
        if tally.runs % 500 == 0:
            print(f"{tally.runs} of {len(seeds)} seeds, {tally.runs / tally.took:.1f} a second", flush=True)
    _sum_up(asked.store, seeds, tally)
    missing = tally.missing() if tally.runs >= 1_000 else []
    if missing:
        print(f"met too rarely to prove anything: {', '.join(missing)}")
    return 1 if tally.broken or missing else 0


def _sum_up(store: str, seeds: range, tally: Tally) -> None:
    machine = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    today = datetime.datetime.now(datetime.UTC).date()
    print(f"\nsimulation on {store}, seeds {seeds.start} to {seeds.start + tally.runs - 1}, {today}, {machine}")
    print(f"  {tally.runs:,} runs in {tally.took:,.0f} s; {tally.jobs:,} jobs, {tally.virtual:,.0f} simulated seconds")
    print(f"  broken: {len(tally.broken)}")
    for name, count in tally.seen.most_common():
        print(f"  {name}: {count:,}")


if __name__ == "__main__":
    sys.exit(main())

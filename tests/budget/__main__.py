"""Prints what a job costs, beside what it may cost: `make budget`.

python -m tests.budget                    all figures; answers 1 when one is not within its limits
python -m tests.budget --commands         which commands Redis runs for a job, and how often
python -m tests.budget --calls worker     which functions Python calls for a job, and how often
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from tests.budget import callgrind, python_instructions, redis_counts, redis_instructions, sqlite_counts, subjects
from tests.budget.calls import calls
from tests.budget.table import PYTHON_INSTRUCTIONS, REDIS_COUNTS, REDIS_INSTRUCTIONS, SQLITE_COUNTS, Limits, faults


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m tests.budget", description="What a job costs and may cost.")
    parser.add_argument("--commands", action="store_true", help="which commands Redis runs for a job")
    parser.add_argument("--calls", choices=subjects.subjects(""), help="which functions Python calls for a job")
    said = parser.parse_args(arguments)
    if said.calls:
        for count, place in calls(said.calls):
            print(f"{count:9.2f}  {place}")
        return 0
    if said.commands:
        _print_commands()
        return 0
    return _print_figures()


def _print_commands() -> None:
    for name, spent in asyncio.run(redis_counts.measure_each()).items():
        print(name)
        for command, count in sorted(spent.items(), key=lambda pair: -pair[1]):
            if count > 0:
                print(f"{count:9.4f}  {command}")


def _print_figures() -> int:
    found = _judge(asyncio.run(redis_counts.measure()), REDIS_COUNTS)
    found += _judge(asyncio.run(sqlite_counts.measure()), SQLITE_COUNTS)
    if callgrind.VALGRIND:
        found += _judge(asyncio.run(redis_instructions.measure()), REDIS_INSTRUCTIONS)
        found += _judge(asyncio.run(python_instructions.measure()), PYTHON_INSTRUCTIONS)
    else:
        print(callgrind.MISSING)
    print(*found, sep="\n")
    return 1 if found else 0


def _judge(figures: dict[str, float], limits: dict[str, Limits]) -> list[str]:
    """Print figures and return the faults in them."""
    for name, figure in sorted(figures.items()):
        allowed = limits[name]
        print(f"{name:48} {figure:10.4f}   entered {allowed.measured:8.4f}   at most {allowed.most:8.4f}", flush=True)
    return faults(figures, limits)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m tests.model --store redis-7.0`: many examples, in parts that can be repeated one by one."""

from __future__ import annotations

import argparse
import platform
import sys
import time
import traceback
from datetime import UTC, datetime

from tests.conformance.topologies import TOPOLOGIES
from tests.model.machine import Machine
from tests.model.run import machine_of, run

#: Examples under one seed: few enough to be run again.
PART = 100


def main() -> int:
    """Run the examples; 1 when the store and the model differed."""
    said = _arguments()
    machine = machine_of(said.store)
    begun, seed, left, failed = time.monotonic(), said.seed, said.examples, False
    while left > 0 and time.monotonic() - begun < said.minutes * 60:
        part = min(PART, left)
        failed = not _run_part(machine, part, said.steps, seed)
        if failed:
            again = f"--store {said.store} --examples {part} --steps {said.steps} --seed {seed}"
            _say(f"\nTo see it again: python -m tests.model {again}")
            break
        left, seed = left - part, seed + 1
        _say(f"{said.examples - left} examples, {_pace(machine, begun)}")
    _sum_up(said, machine, begun, seed, failed)
    return int(failed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--store", choices=sorted(TOPOLOGIES), default="sqlite")
    parser.add_argument("--examples", type=int, default=5_000)
    parser.add_argument("--steps", type=int, default=50, help="in each example")
    parser.add_argument("--seed", type=int, default=1, help=f"of the first {PART} examples; the next have the next")
    parser.add_argument("--minutes", type=float, default=600.0, help="begin no more examples after this time")
    return parser.parse_args()


def _run_part(machine: type[Machine], examples: int, steps: int, seed: int) -> bool:
    try:
        run(machine, examples, steps, seed)
    except Exception:
        traceback.print_exc(file=sys.stdout)
        return False
    return True


def _pace(machine: type[Machine], begun: float) -> str:
    steps, seconds = sum(machine.steps.values()), time.monotonic() - begun
    return f"{steps} steps, {steps / seconds:.0f} steps/s, {seconds:.0f} s"


def _sum_up(said: argparse.Namespace, machine: type[Machine], begun: float, seed: int, failed: bool) -> None:
    came_to = f"{machine.examples} examples ({said.examples} asked for) of up to {said.steps} steps"
    _say(f"\n{'FAILED' if failed else 'passed'}: {said.store}, {came_to}")
    _say(f"seeds {said.seed} to {max(said.seed, seed - (not failed))}, {_pace(machine, begun)}")
    _say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, Python {platform.python_version()}")
    for name, times in machine.steps.most_common():
        _say(f"{times:10} {name}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

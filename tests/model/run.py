"""Runs the machine on a topology."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Machine


def machine_of(topology: str) -> type[Machine]:
    """Return the machine for a topology, with counters of its own."""
    return type(f"Machine_{topology}", (Machine,), {"topology": topology, "steps": Counter(), "examples": 0})


def run(machine: type[Machine], examples: int, steps: int, number: int | None = None) -> None:
    """Run examples, the same ones for the same number; raises what the shortest failing example raised."""
    said = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=number is None,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    chosen = machine if number is None else seed(number)(machine)
    run_state_machine_as_test(chosen, settings=said)

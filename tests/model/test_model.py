"""A sample of what `python -m tests.model` does: the same examples in every run."""

from __future__ import annotations

import pytest

from tests.conformance.topologies import TOPOLOGIES
from tests.model.run import machine_of, run

#: By topology: examples, and steps in each. Those of a kind differ in their servers, not in what is done to them.
SHORT = {"sqlite": (40, 40), "redis-7.0": (40, 40), "cluster-partitions": (20, 40)}
A_FEW = (8, 40)
#: Few examples in which many jobs meet.
LONG = (2, 250)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_store_does_what_the_model_does(topology: str) -> None:
    machine, (examples, steps) = machine_of(topology), SHORT.get(topology, A_FEW)
    run(machine, examples, steps)
    assert machine.examples >= examples
    assert examples < 40 or machine.steps.keys() == machine.kinds, "some kind of step was never taken"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("topology", [topology for topology in TOPOLOGIES if topology in SHORT])
def test_the_store_does_so_for_long(topology: str) -> None:
    machine, (examples, steps) = machine_of(topology), LONG
    run(machine, examples, steps)
    assert sum(machine.steps.values()) >= steps, "the examples were short"

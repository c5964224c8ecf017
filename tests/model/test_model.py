"""A sample of what `python -m tests.model` does: the same examples in every run."""

from __future__ import annotations

import pytest

from tests.conformance.topologies import MANY_LINES
from tests.model.bench import USUAL
from tests.model.run import machine_of, run

EXAMPLES, STEPS = 40, 40


@pytest.mark.parametrize("topology", [name for name in USUAL if name not in MANY_LINES])
def test_the_store_does_what_the_model_does(topology: str) -> None:
    machine = machine_of(topology)
    run(machine, EXAMPLES, STEPS)
    assert machine.examples >= EXAMPLES
    assert machine.steps.keys() == machine.kinds, "some kind of step was never taken"

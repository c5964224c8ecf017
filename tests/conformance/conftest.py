"""`world`: one store of each kind, with a clock that the test moves; and the checks that hold after every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance import census
from tests.conformance.topologies import MANY_LINES, TOPOLOGIES
from tests.conformance.world import World


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test on every topology; one that asks for a single line, on those that have it."""
    if "world" in metafunc.fixturenames:
        one_line = metafunc.definition.get_closest_marker("one_line") is not None
        names = [name for name in TOPOLOGIES if not (one_line and name in MANY_LINES)]
        metafunc.parametrize("world", names, indirect=True)


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A fresh, open store. After the test the counters must equal a recount, whatever the test did."""
    topology = TOPOLOGIES[request.param](tmp_path)
    made = World(topology, one_line=request.param not in MANY_LINES)
    try:
        await made.open()
        yield made
        await made.reopen()  # the test may have closed its store; and what counts is what is kept
        await census.take(made.store)
        await census.take_apart(made.store)
    finally:
        await made.close_stores()
        await topology.close()

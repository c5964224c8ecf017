"""`world`: one store of each kind, with a clock that the test moves; and the checks that hold after every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance import census
from tests.conformance.topologies import TOPOLOGIES
from tests.conformance.world import World


@pytest.fixture(params=TOPOLOGIES)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A fresh, open store. After the test the counters must equal a recount, whatever the test did."""
    topology = TOPOLOGIES[request.param](tmp_path)
    made = World(topology)
    try:
        await made.open()
        yield made
        await made.reopen()  # the test may have closed its store; and what counts is what is kept
        await census.take(made.store)
        await census.take_apart(made.store)
    finally:
        await made.close_stores()
        await topology.close()

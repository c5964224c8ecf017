"""A soak of six seconds: real processes under load, one of them killed, and nothing to be said against the queue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.soak.soak import Plan, Soak
from tests.soak.summary import block, figures

_JOBS = 240


@pytest.mark.parametrize("store", ["sqlite", "redis"])
async def test_nothing_is_lost_when_a_worker_is_killed_under_load(store: str, tmp_path: Path) -> None:
    plan = Plan(store, seconds=6.0, rate=_JOBS / 6, fault_every=0, seed=1, callers=4, faults=["kill a worker"])
    soak = Soak(plan, tmp_path, told=lambda _: None)
    await soak.run()
    said = figures(soak)
    json.dumps(said)
    assert said["violations"] == {}, block(said)
    assert said["counts"]["acknowledged"] == _JOBS
    assert said["counts"]["completed"] == _JOBS
    assert said["counts"]["left in the store"] == _JOBS
    assert said["faults"] == {"kill a worker": 1}
    assert {life for name, life in soak.vitals.lives if name == "worker-2"} == {1, 2}
    assert "0 violations" in block(said)

"""A sample of the campaign (`make faults` runs thousands), and what makes its verdicts worth something."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.simulation.campaign import STORES, Tally, place, replay, run
from tests.simulation.run import simulate

SEEDS = range(100_000, 100_040)
#: A run in which much happens.
EVENTFUL = 1


@pytest.mark.parametrize("store", STORES)
def test_no_run_breaks_a_promise(store: str) -> None:
    total = Tally()
    for tally, verdict in run(store, SEEDS):
        total = tally
        assert verdict.violations == [], replay(store, verdict.seed)
    assert total.runs == len(SEEDS)
    assert total.seen["reply lost"] > 100
    assert total.seen["killed with jobs"] > 0


@pytest.mark.parametrize("store", STORES)
def test_a_seed_gives_the_same_run_again(store: str) -> None:
    with place(store) as where:
        first = simulate(EVENTFUL, where)
        other = simulate(EVENTFUL + 1, where)
        again = simulate(EVENTFUL, where)
    assert (first.digest, first.steps, first.seconds) == (again.digest, again.steps, again.seconds)
    assert first.digest != other.digest


def test_a_seed_gives_the_same_run_in_another_process(tmp_path: object) -> None:
    script = (
        "from tests.simulation.campaign import place\nfrom tests.simulation.run import simulate\n"
        f"with place('sqlite') as where: print(simulate({EVENTFUL}, where).digest)"
    )
    digests = [
        subprocess.run([sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    ]
    assert digests[0].stdout == digests[1].stdout != b""

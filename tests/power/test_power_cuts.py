"""The power is cut under the SQLite store, at random moments: what its level promises is there afterwards."""

from __future__ import annotations

import re

import pytest

from tests.power.campaign import Violation, run_seed
from tests.power.settings import two_processes
from tests.power.tally import LEVELS, Level, Tally
from tests.power.vfs import unavailable

pytestmark = pytest.mark.skipif(bool(unavailable()), reason=unavailable())

CUTS = 60
#: Each of the planted faults is found by several of so many seeds.
SEEDS_FOR_A_FAULT = 12


def test_full_loses_nothing_that_was_acknowledged() -> None:
    tally = cut("full")
    assert tally.lost == 0
    assert tally.submitted > 200
    assert tally.finished > 50


def test_normal_loses_the_last_commits_and_never_one_in_the_middle() -> None:
    tally = cut("normal")
    assert tally.losing > 0, "the disk loses nothing: then this proves nothing"


@pytest.mark.parametrize(
    ("level", "found"),
    [
        (Level("normal", lossless=True), "acknowledged, and lost"),
        (Level("off", lossless=True), "damaged|malformed|integrity_check|acknowledged, and lost"),
        (Level("off", lossless=False), "damaged|malformed|integrity_check|a hole"),
    ],
)
def test_a_store_that_syncs_too_little_is_found_out(level: Level, found: str) -> None:
    """The fault is planted by opening the store at a lower level than the one that it is judged by."""
    told = []
    with two_processes() as folders:
        for seed in range(SEEDS_FOR_A_FAULT):
            try:
                run_seed(seed, level, folders, Tally())
            except Violation as violation:
                told.append(str(violation))
    assert any(re.search(found, violation) for violation in told), told


def test_a_seed_repeats_exactly() -> None:
    first, second = Tally(), Tally()
    with two_processes() as folders:
        run_seed(3, LEVELS["full"], folders, first)
        run_seed(3, LEVELS["full"], folders, second)
    assert first == second
    assert first.submitted > 0


def cut(durability: str) -> Tally:
    """Live through the first seeds until the power was cut often enough."""
    tally, seed = Tally(), 0
    with two_processes() as folders:
        while tally.cuts < CUTS:
            run_seed(seed, LEVELS[durability], folders, tally)
            seed += 1
    assert tally.during["a commit"] > 0
    assert tally.during["a checkpoint"] > 0
    assert tally.during["making the file"] > 0
    assert tally.during["an upgrade"] > 0
    return tally

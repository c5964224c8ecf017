"""Who used the cores: read from what Linux tells of all of them and of one process."""

from __future__ import annotations

import os
import sys

import pytest

from ferryman.bench.machine import Busy, busy_seconds, cpu_seconds

TICKS = os.sysconf("SC_CLK_TCK")


def test_idle_and_waiting_cores_are_not_busy() -> None:
    parts = {"user": 1, "nice": 2, "system": 4, "idle": 1_000, "iowait": 2_000, "irq": 8, "softirq": 16, "steal": 32}
    line = "cpu  " + " ".join(str(seconds * TICKS) for seconds in parts.values()) + " 0 0"
    assert busy_seconds(line) == 1 + 2 + 4 + 8 + 16 + 32


def test_the_share_of_others_is_what_is_left_without_ours() -> None:
    before = Busy(busy=100.0, ours=10.0, at=0.0, cores=2)
    after = Busy(busy=112.0, ours=18.0, at=10.0, cores=2)
    assert after.foreign(before) == pytest.approx((12 - 8) / (10 * 2))


def test_ticks_that_do_not_meet_make_no_negative_share() -> None:
    assert Busy(100.0, 11.0, 10.0, 2).foreign(Busy(100.0, 10.0, 0.0, 2)) == 0.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_look_at_this_machine() -> None:
    look, later = Busy.now(), Busy.now(others_of_ours=5.0)
    assert look is not None
    assert later is not None
    assert look.cores == os.cpu_count()
    assert look.busy >= look.ours > 0
    assert later.ours >= look.ours + 5.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_time_of_a_process_that_is_gone_is_not_known() -> None:
    assert cpu_seconds(2**22 + 1) is None  # above the largest number that Linux gives out
    own = cpu_seconds(os.getpid())
    assert own is not None
    assert own > 0

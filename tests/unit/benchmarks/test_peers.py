"""What the comparison with other queues makes of its samples."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.peers import page, plot, tables
from benchmarks.peers.catalog import CATALOG
from benchmarks.peers.environments import ROOT
from benchmarks.peers.goals import GOALS, PYTHON_RECORDING, PYTHON_SAFE, Goal, judged
from benchmarks.peers.starts import Starts
from benchmarks.peers.summary import Row, Summary
from benchmarks.peers.systems import marks

HOW = page.Circumstances("2031-01-02", "2 cores", 3, {"saq": "saq 1.2"}, "HTTP requests by wrk")


def drains(peer: str, *rates: float, foreign: float = 0.0) -> list[Row]:
    return [Row(turn, peer, "drain", {"drain": rate}, foreign) for turn, rate in enumerate(rates)]


def test_a_figure_is_the_median_of_its_passes() -> None:
    figure = Summary(drains("saq", 10, 90, 20)).get("saq", "drain")
    assert figure is not None
    assert (figure.value, figure.samples, figure.low, figure.high) == (20, 3, 10, 90)


def test_a_sum_needs_all_its_parts() -> None:
    submit = Row(0, "saq", "concurrent", {"concurrent_redis_us": 15})
    drain = Row(0, "saq", "drain", {"drain_redis_us": 40})
    assert Summary([submit, drain]).value("saq", "redis_us") == 55
    assert Summary([drain]).value("saq", "redis_us") is None


def test_what_failed_in_every_pass_is_shown_as_failed() -> None:
    lost = Row(0, "saq", "drain", error="ValueError: 1 jobs lost and 0 run twice, of 9")
    shown = page.text(Summary([lost, *drains("dramatiq", 5)]), HOW)
    assert "| saq | - | - | - | failed |" in shown
    assert "* saq, drain, in one pass: ValueError: 1 jobs lost and 0 run twice, of 9" in shown
    assert not Summary([lost, *drains("saq", 5)]).failed("saq", "drain")


def test_samples_that_others_disturbed_count_only_when_there_is_no_other() -> None:
    disturbed = drains("saq", 10, 20, 30, foreign=0.36)
    assert Summary(disturbed).value("saq", "drain") == 20
    assert Summary([*disturbed, *drains("saq", 50, 60, foreign=0.35)]).value("saq", "drain") == 55


def test_a_figure_that_others_disturbed_has_a_star() -> None:
    disturbed = tables.absolute(Summary(drains("saq", 1234, foreign=0.36)), "", tables.RATES)
    assert disturbed.rows[0][4] == "1,234*"
    quiet = tables.absolute(Summary(drains("saq", 1234, foreign=0.35)), "", tables.RATES)
    assert quiet.rows[0][4] == "1,234"


def test_ratios_are_ours_to_theirs_and_each_beside_our_store_of_its_kind() -> None:
    rows = drains("ferryman", 300) + drains("ferryman-sqlite", 100) + drains("saq", 100) + drains("bare", 600)
    shown = {row[0]: row[4] for row in tables.ratios(Summary(rows)).rows}
    assert shown == {"bare (the ceiling)": "0.50", "saq": "3.00"}


def test_a_goal_compares_with_the_best_of_the_others() -> None:
    summary = Summary(drains("ferryman", 600) + drains("saq", 90) + drains("dramatiq", 110) + drains("bullmq", 900))
    best = Goal("drain", "drain", 6, beside=("saq", "dramatiq")).judge(summary)
    assert (best.met, best.beside) == (False, "600 to 110 (dramatiq)")
    assert Goal("drain", "drain", 5, beside=("saq", "dramatiq")).judge(summary).met
    assert Goal("drain", "drain", 5, False, beside=("saq", "dramatiq")).judge(summary).beside == "600 to 90.0 (saq)"
    assert Goal("drain", "drain", 600, False).judge(summary).met
    assert Goal("drain", "drain", 6, beside=("taskiq-list",)).judge(summary).met is None


def test_goals_name_systems_and_figures_that_exist() -> None:
    names = {peer.name for peer in CATALOG}
    assert {name for goal in GOALS for name in (goal.peer, *goal.beside)} <= names
    assert "bullmq" not in PYTHON_RECORDING
    assert "dramatiq" in PYTHON_RECORDING
    assert {verdict.met for verdict in judged(Summary([]))} == {None}


def test_peers_that_lose_jobs_are_no_measure_of_those_that_do_not() -> None:
    assert "saq" in PYTHON_SAFE
    assert "huey" not in PYTHON_SAFE


def test_the_plot_is_a_picture_with_a_dot_for_each_rate() -> None:
    rows = [*drains("saq", 1_000), Row(0, "bare", "bulk", {"bulk": 50_000}), Row(0, "bare", "drain", {"drain": 9})]
    root = ElementTree.fromstring(plot.svg(Summary(rows)))
    dots = [dot for dot in root.iter("{http://www.w3.org/2000/svg}circle") if dot.get("r") == "5.5"]
    assert len(dots) == 3 + len(plot.SERIES)
    width = float(root.get("viewBox", "").split()[2])
    assert all(0 < float(dot.get("cx", "")) < width for dot in dots)
    ElementTree.fromstring(plot.svg(Summary([])))


def test_the_page_and_the_plot_are_written(tmp_path: Path) -> None:
    page_path, plot_path = page.write(Summary(drains("saq", 5)), HOW, tmp_path)
    assert f"]({plot_path.name})" in page_path.read_text()
    assert "| saq | saq 1.2 | redis |" in page_path.read_text()
    assert plot_path.read_text().startswith("<svg")


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Starts:
    monkeypatch.setenv("BENCH_MARKS", str(tmp_path))
    monkeypatch.setenv("BENCH_JOBS", "3")
    monkeypatch.setattr(marks, "_cells", None)
    return Starts(tmp_path, 3)


def test_each_job_is_counted_exactly(started: Starts) -> None:
    assert not started.any()
    for number in range(3):
        assert started.started() == number
        marks.started(number)
    tally = started.tally()
    tally.verify()
    assert tally.rate == pytest.approx(2e9 / (tally.times[2] - tally.times[0]))


def test_a_lost_job_and_one_run_twice_are_seen(started: Starts) -> None:
    for number in (0, 2, 2):
        marks.started(number)
    tally = started.tally()
    assert (tally.lost, tally.doubled) == (1, 1)
    with pytest.raises(ValueError, match="1 jobs lost and 1 run twice, of 3"):
        tally.verify()


def test_a_job_that_two_processes_ran_is_seen(started: Starts) -> None:
    marks.started(0)
    again = "from benchmarks.peers.systems import marks; marks.started(0)"
    subprocess.run([sys.executable, "-c", again], cwd=ROOT, check=True)
    assert started.tally(0, 1).doubled == 1

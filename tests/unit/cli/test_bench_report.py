"""What is told of a run: every figure with its meaning, and plainly when something is wrong with it."""

from __future__ import annotations

import dataclasses
import json

import pytest

from ferryman.bench.measures import Timed
from ferryman.bench.results import Counted, Results
from ferryman.cli.bench_report import Report
from ferryman.cli.failures import ExitCode
from ferryman.cli.output import Output
from ferryman.store.messages import Finding, Health

GOOD = Counted(submitted=300, runs=300, completed=300)
RESULTS = Results(
    step=0.004,
    sequential=Timed(100, 2.0, 0.5),
    concurrent=Timed(100, 0.5, 0.25),
    bulk=Timed(100, 0.05, 0.01),
    drains={1: Timed(200, 0.1, 0.05), 2: Timed(100, 0.02, None)},
    latencies=[0.001, 0.002, 0.003],
    room=193.4,
    foreign=0.05,
    counted=GOOD,
)


def report(**changes: object) -> Report:
    results = dataclasses.replace(RESULTS, **changes)  # type: ignore[arg-type]
    health = Health("sqlite", "sqlite-full", "jobs.db", [Finding("ok", "SQLite 3.45, sqlite-full")])
    return Report(results, health, "sqlite:///ferryman.db", 61.0)


def said(capsys: pytest.CaptureFixture[str], of: Report, output: Output = Output.TABLE) -> tuple[ExitCode, str]:
    code = of.write(output)
    return code, capsys.readouterr().out


def test_figures_are_rates_and_costs_of_one_job(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, report(), Output.JSON)
    assert code == 0
    told = json.loads(out)
    assert told["figures"] == {
        "sequential_submits_per_second": 50.0,
        "concurrent_submits_per_second": 200.0,
        "bulk_submits_per_second": 2000.0,
        "drain_1_per_second": 2000.0,
        "drain_2_per_second": 5000.0,
        "start_p50_ms": 2.0,
        "start_p95_ms": 3.0,
        "start_p99_ms": 3.0,
        "submit_cpu_us": 2500.0,
        "bulk_cpu_us": 100.0,
        "worker_cpu_us": 250.0,
        "server_cpu_us": None,
        "server_commands": None,
        "waiting_job_bytes": 193.4,
    }
    assert told["store"] == {
        "url": "sqlite:///ferryman.db",
        "server": "SQLite 3.45, sqlite-full",
        "level": "sqlite-full",
        "sync_ms": 4.0,
    }
    assert told["jobs"] == {"submitted": 300, "completed": 300, "runs": 300, "others": {}, "agree": True}


def test_a_table_says_what_bounds_a_figure_and_leaves_out_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, report())
    assert code == 0
    assert "a sync to the disk alone takes 4.00 ms" in out
    assert "All 300 jobs were completed, each run once." in out
    assert "Others used 5% of the cores meanwhile." in out
    assert "the client used 0.5 cores" in out
    assert "One run drifts" in out
    assert "commands, server" not in out


def test_a_noisy_machine_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Others used 40% of the cores meanwhile: too much" in said(capsys, report(foreign=0.4))[1]
    assert "Others" not in said(capsys, report(foreign=None))[1]


def test_a_server_that_may_be_here_is_no_noise(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, dataclasses.replace(report(foreign=0.4), local=False))[1]
    assert "Others, a server on this machine among them, used 40% of the cores meanwhile." in out


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        (Counted(300, 301, 300), "300 jobs were submitted, 300 are completed, and workers ran 301"),
        (Counted(300, 299, 300), "300 jobs were submitted, 300 are completed, and workers ran 299"),
        (Counted(300, 299, 299), "300 jobs were submitted, 299 are completed, and workers ran 299"),
        (Counted(300, 300, 300, {"failed": 1}), "300 jobs were submitted, 300 are completed, 1 are failed"),
    ],
)
def test_jobs_that_do_not_add_up_are_an_error(capsys: pytest.CaptureFixture[str], counted: Counted, told: str) -> None:
    code, out = said(capsys, report(counted=counted))
    assert code == ExitCode.FAILED
    assert told in out
    code, out = said(capsys, report(counted=counted), Output.JSON)
    assert code == ExitCode.FAILED
    assert json.loads(out)["jobs"]["agree"] is False

"""`/v1/metrics/query`, and the figures that queues, tasks and statistics carry."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from ferryman.api.routes.metrics import MOST_SERIES, PERIODS
from ferryman.domain.clock import parse_moment
from ferryman.domain.job import NewJob
from tests.integration.api.site import Site, problem

COUNTS = ("submitted", "completed", "failed", "cancelled", "retried", "crashed")


async def asked(site: Site, **said: Any) -> dict[str, Any]:
    answer = await site.client.get("/v1/metrics/query", params=said)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def total(series: dict[str, Any]) -> dict[str, int]:
    sums = {name: sum(point[name] for point in series["points"]) for name in COUNTS}
    return {name: count for name, count in sums.items() if count}


async def happen(site: Site) -> None:
    """Three emails, a failure."""
    for task in ("send_email", "send_email", "send_email", "fail"):
        await site.submit(task)
    await site.work()


@pytest.mark.parametrize("period", PERIODS)
async def test_a_period_has_all_its_points_and_what_happened_is_in_the_last_two(site: Site, period: str) -> None:
    await happen(site)
    body = await asked(site, period=period)
    [series] = body["series"]
    points = series["points"]
    _, count, _ = PERIODS[period]
    assert len(points) == count <= 400
    times = [parse_moment(point["at"]) for point in points]
    assert {after - before for before, after in pairwise(times)} == {body["step"]}
    assert (body["from"], times[-1] <= parse_moment(body["to"]) < times[-1] + body["step"]) == (points[0]["at"], True)
    assert (series["queue"], series["task"], body["more"]) == (None, None, False)
    assert total(series) == {"submitted": 4, "completed": 3, "failed": 1}
    assert total({"points": points[-2:]}) == total(series), "it may have become the next minute"
    assert points[0] == {"at": points[0]["at"], **dict.fromkeys(COUNTS, 0), "wait": None, "run": None, "oldest": None}
    last = next(point for point in reversed(points) if point["completed"])
    assert last["wait"].keys() == last["run"].keys() == {"p50", "p95", "p99"}


async def test_series_are_of_queues_or_tasks_the_busiest_first(site: Site) -> None:
    await happen(site)
    queues = (await asked(site, group="queue"))["series"]
    assert [(one["queue"], one["task"], total(one)["submitted"]) for one in queues] == [
        ("mail", None, 3),
        ("default", None, 1),
    ]
    tasks = (await asked(site, group="task"))["series"]
    assert [(one["queue"], one["task"]) for one in tasks] == [(None, "send_email"), (None, "fail")]


async def test_one_queue_or_task_can_be_asked_for(site: Site) -> None:
    await happen(site)
    [one] = (await asked(site, queue="mail"))["series"]
    assert (one["queue"], total(one)) == ("mail", {"submitted": 3, "completed": 3})
    [one] = (await asked(site, task="fail"))["series"]
    assert (one["task"], total(one)) == ("fail", {"submitted": 1, "failed": 1})
    [one] = (await asked(site, queue="nobody's", task=""))["series"]
    assert total(one) == {}
    assert (await asked(site, queue="nobody's", group="task"))["series"] == []


async def test_of_many_series_the_busiest_are_told(site: Site) -> None:
    store = (await site.ferry.connections.here()).store
    for number in range(MOST_SERIES + 2):
        jobs = [
            NewJob(f"01b8dac5-b401-789b-873a-{number:06x}{n:06x}", "t", queue=f"q{number}") for n in range(number + 1)
        ]
        await store.submit(jobs)
    body = await asked(site, group="queue")
    assert body["more"] is True
    assert [one["queue"] for one in body["series"]][:2] == [f"q{MOST_SERIES + 1}", f"q{MOST_SERIES}"]
    assert len(body["series"]) == MOST_SERIES


@pytest.mark.parametrize(
    "said", [{"period": "2h"}, {"group": "worker"}, {"queue": "x" * 201}, {"step": "60"}], ids=lambda said: str(*said)
)
async def test_what_cannot_be_asked_is_told(site: Site, said: dict[str, str]) -> None:
    code = "unknown_parameter" if "step" in said else "invalid_parameter"
    answer = await site.client.get("/v1/metrics/query", params=said)
    assert problem(answer, 422, code)["errors"]


# --- figures of other routes


async def test_a_queue_says_how_it_fares(site: Site) -> None:
    quiet = {"wait": None, "failure_rate": None, "workers": 0, "drain_seconds": None}
    await site.submit()
    [queue] = (await site.client.get("/v1/queues")).json()["queues"]
    assert {name: queue[name] for name in quiet} == quiet
    assert queue["rates"]["in"] > 0
    assert (queue["rates"]["out"], queue["rates"]["failed"]) == (0, 0)
    await happen(site)
    queue = (await site.client.get("/v1/queues/default")).json()
    assert queue["failure_rate"] == 1.0
    assert queue["rates"]["failed"] == queue["rates"]["out"] > 0
    assert queue["wait"]["p50"] <= queue["wait"]["p99"]
    assert queue == next(
        one for one in (await site.client.get("/v1/queues")).json()["queues"] if one["name"] == "default"
    )


async def test_a_task_says_how_it_fared(site: Site) -> None:
    await happen(site)
    tasks = {task["name"]: task["statistics"] for task in (await site.client.get("/v1/tasks")).json()["tasks"]}
    assert (tasks["send_email"]["completed"], tasks["send_email"]["failure_rate"]) == (3, 0.0)
    assert (tasks["fail"]["failed"], tasks["fail"]["failure_rate"]) == (1, 1.0)
    assert tasks["power"] == {"wait": None, "run": None, "failure_rate": None, "completed": 0, "failed": 0}
    assert tasks["send_email"]["run"]["p95"] >= 0
    assert (await site.client.get("/v1/tasks/fail")).json()["statistics"] == tasks["fail"]


async def test_statistics_have_rates_and_the_oldest(site: Site) -> None:
    body = (await site.client.get("/v1/stats")).json()
    assert (body["rates"], body["oldest_pending_at"]) == ({"in": 0, "out": 0, "failed": 0}, None)
    await site.submit()
    body = (await site.client.get("/v1/stats")).json()
    assert body["rates"]["in"] > 0
    [queue] = (await site.client.get("/v1/queues")).json()["queues"]
    assert body["oldest_pending_at"] == queue["oldest_pending_at"] is not None

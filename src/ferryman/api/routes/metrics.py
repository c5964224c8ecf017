"""`/v1/metrics/query`: what happened over a period, for charts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from ferryman.api.documented import problems
from ferryman.api.guarded import noun_router
from ferryman.api.history_schemas import MetricsBody
from ferryman.api.render import JsonResponse, Raw, quantiles_body, time_of
from ferryman.app import Ferryman
from ferryman.store.history import Apart, History, HistoryRequest, HistoryRow, Step

#: Step, number of points, and steps in a point, by period: no more is read than what makes the points.
PERIODS = {
    "15m": (Step.MINUTE, 15, 1),
    "1h": (Step.MINUTE, 60, 1),
    "6h": (Step.MINUTE, 360, 1),
    "24h": (Step.FIVE_MINUTES, 288, 1),
    "7d": (Step.HOUR, 168, 1),
    "30d": (Step.HOUR, 360, 2),
    "1y": (Step.DAY, 365, 1),
}
#: Most series in an answer.
MOST_SERIES = 20

Period = Literal["15m", "1h", "6h", "24h", "7d", "30d", "1y"]
Group = Literal["none", "queue", "task"]
_APART = {"none": Apart.NOTHING, "queue": Apart.QUEUE, "task": Apart.TASK}
_Place = tuple[str | None, str | None]


def metrics_router(ferry: Ferryman) -> APIRouter:
    """Return the route of metrics."""
    router = noun_router("stats", "/v1/metrics")

    @router.get("/query", response_model=MetricsBody, operation_id="query_metrics", responses=problems(422, 503))
    async def query_metrics(
        period: Annotated[Period, Query(description="How far to look back.")] = "1h",
        queue: Annotated[str | None, Query(max_length=200, description="Only this queue.")] = None,
        task: Annotated[str | None, Query(max_length=200, description="Only this task.")] = None,
        group: Annotated[Group, Query(description="A series for each queue, for each task, or one.")] = "none",
    ) -> Response:
        """Return what happened over a period that ends now, by the clock of the store.

        Every series has a point for each stretch of `step` seconds, zeros where nothing happened; the last one is not
        over yet. Of more than 20 series the busiest are told, and `more` is true.
        """
        step, points, every = PERIODS[period]
        asked = HistoryRequest(step, points, every, _APART[group], queue or None, task or None)
        history = await (await ferry.connections.here()).store.inspector.history(asked)
        series = _series(asked, history)
        chosen = [_body(asked, history, place, rows) for place, rows in series[:MOST_SERIES]]
        body = {
            "from": time_of(history.since),
            "to": time_of(history.now),
            "step": asked.width,
            # Nothing in it is JSON text already, and there is much of it.
            "series": Raw(json.dumps(chosen, separators=(",", ":"))),
            "more": len(series) > MOST_SERIES,
        }
        return JsonResponse(body)

    return router


def _series(asked: HistoryRequest, history: History) -> list[tuple[_Place, Sequence[HistoryRow]]]:
    """Return the rows of each series, the busiest first; one that is not grouped is there without any."""
    if asked.apart is Apart.NOTHING:
        return [((asked.queue, asked.task), history.rows)]
    series: dict[_Place, list[HistoryRow]] = {}
    for row in history.rows:
        series.setdefault((row.queue or asked.queue, row.task or asked.task), []).append(row)
    return sorted(series.items(), key=lambda item: (-sum(map(_moves, item[1])), item[0][0] or "", item[0][1] or ""))


def _moves(row: HistoryRow) -> int:
    return row.submitted + row.completed + row.failed + row.cancelled + row.retried + row.crashed


def _body(asked: HistoryRequest, history: History, place: _Place, rows: Sequence[HistoryRow]) -> dict[str, Any]:
    by_time = {row.at: row for row in rows}
    times = range(history.since, history.since + asked.buckets * asked.width, asked.width)
    points = [_point(by_time.get(at) or HistoryRow(at, None, None)) for at in times]
    return {"queue": place[0], "task": place[1], "points": points}


def _point(row: HistoryRow) -> dict[str, Any]:
    return {
        "at": time_of(row.at),
        "submitted": row.submitted,
        "completed": row.completed,
        "failed": row.failed,
        "cancelled": row.cancelled,
        "retried": row.retried,
        "crashed": row.crashed,
        "wait": quantiles_body(row.wait.quantiles()),
        "run": quantiles_body(row.run.quantiles()),
        "oldest": row.oldest,
    }

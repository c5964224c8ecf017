"""`/v1/stats`: counts, and what nobody serves."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from ferryman.api.documented import problems
from ferryman.api.guarded import noun_router
from ferryman.api.render import JsonResponse, rates_body, time_of
from ferryman.api.schemas import StatsBody
from ferryman.app import Ferryman
from ferryman.store.overview import RECENT, rates_of, unserved


def stats_router(ferry: Ferryman) -> APIRouter:
    """Return the route of statistics."""
    router = noun_router("stats", "/v1")

    @router.get("/stats", response_model=StatsBody, operation_id="get_stats", responses=problems(422, 503))
    async def get_stats() -> Response:
        """Return counts by state, queue and task, the workers, and pending jobs that no live worker can run."""
        inspector = (await ferry.connections.here()).store.inspector
        counts, workers = await inspector.counts(), await inspector.workers()
        queues_now, recent = await inspector.queues(), await inspector.history(RECENT)
        oldest = min((row.oldest_pending_at for row in queues_now if row.oldest_pending_at is not None), default=None)
        jobs: Counter[str] = Counter()
        queues: dict[str, Counter[str]] = {}
        tasks: dict[str, Counter[str]] = {}
        for count in counts:
            jobs[count.state] += count.jobs
            queues.setdefault(count.queue, Counter())[count.state] += count.jobs
            tasks.setdefault(count.task, Counter())[count.state] += count.jobs
        alive = [row.info for row in workers if row.alive]
        body: dict[str, Any] = {
            "jobs": dict(jobs),
            "queues": {name: dict(states) for name, states in queues.items()},
            "tasks": {name: dict(states) for name, states in tasks.items()},
            "workers": {
                "alive": len(alive),
                "slots": sum(info.slots for info in alive),
                "busy": sum(info.busy for info in alive),
            },
            "unserved": [{"queue": c.queue, "task": c.task, "pending": c.jobs} for c in unserved(counts, workers)],
            "rates": rates_body(rates_of(recent.rows, recent.now)),
            "oldest_pending_at": time_of(oldest),
        }
        return JsonResponse(body)

    return router

"""All routes of an app, for including in any FastAPI application."""

from __future__ import annotations

from fastapi import APIRouter

from ferryman.api.routes.bulk import bulk_router
from ferryman.api.routes.events import events_router
from ferryman.api.routes.failures import failures_router
from ferryman.api.routes.jobs import jobs_router
from ferryman.api.routes.live import live_router
from ferryman.api.routes.metrics import metrics_router
from ferryman.api.routes.probes import probes_router
from ferryman.api.routes.queues import queues_router
from ferryman.api.routes.results import results_router
from ferryman.api.routes.seed import seed_router
from ferryman.api.routes.stats import stats_router
from ferryman.api.routes.tasks import tasks_router
from ferryman.api.routes.workers import workers_router
from ferryman.app import Ferryman

_NOUNS = (
    seed_router,
    jobs_router,
    bulk_router,
    results_router,
    events_router,
    tasks_router,
    queues_router,
    workers_router,
    failures_router,
    stats_router,
    metrics_router,
    live_router,
    probes_router,
)


def router(ferry: Ferryman) -> APIRouter:
    """Return POST /submit-job, GET /job-status/{job_id}, /v1/... and the probes.

    Import the modules that declare tasks first: each registered task gets a typed route of its own. The routes answer
    their errors as problem+json by themselves, whatever the application around them does with its own.
    """
    everything = APIRouter()
    for noun in _NOUNS:
        # Not include_router: a router within a router costs each request as much as the route itself.
        everything.routes.extend(noun(ferry).routes)
    return everything

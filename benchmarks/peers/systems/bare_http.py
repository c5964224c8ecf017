"""The ceiling over HTTP: FastAPI reads a body of the same shape and does one Redis command for it."""

from __future__ import annotations

from typing import Any

import redis.asyncio
from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.peers.systems.interface import URL

app = FastAPI()
client = redis.asyncio.from_url(URL)


class Job(BaseModel):
    """A job as the endpoint takes it."""

    task: str
    args: dict[str, Any] = {}


class Batch(BaseModel):
    """Many jobs."""

    jobs: list[Job]


@app.post("/submit-job")
async def submit(job: Job) -> dict[str, str]:
    """Store one."""
    await client.rpush("line", job.model_dump_json())
    return {"job_id": "00000000-0000-0000-0000-000000000000"}


@app.post("/v1/jobs/batch")
async def submit_many(batch: Batch) -> dict[str, list[str]]:
    """Store many with one command."""
    await client.rpush("line", *[job.model_dump_json() for job in batch.jobs])
    return {"jobs": ["00000000-0000-0000-0000-000000000000"] * len(batch.jobs)}


@app.get("/v1/stats")
async def stats() -> dict[str, dict[str, int]]:
    """Return how many are stored, where Ferryman says it."""
    return {"jobs": {"pending": await client.llen("line")}}

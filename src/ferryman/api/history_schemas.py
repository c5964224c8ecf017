"""What figures from history look like, for the OpenAPI document."""

from __future__ import annotations

from pydantic import BaseModel, Field


class QuantilesBody(BaseModel):
    """Within how many seconds half, 95 % and 99 % were over."""

    p50: float
    p95: float
    p99: float


class RatesBody(BaseModel):
    """Jobs per second over the last minute: submitted, ended, and of these failed."""

    in_: float = Field(alias="in")
    out: float
    failed: float


class StatisticsBody(BaseModel):
    """How a task fared in the last 24 hours."""

    wait: QuantilesBody | None
    run: QuantilesBody | None
    failure_rate: float | None
    completed: int
    failed: int


class PointBody(BaseModel):
    """What happened in a stretch of time; `oldest` is the longest that a pending job was seen to wait, in seconds."""

    at: str
    submitted: int
    completed: int
    failed: int
    cancelled: int
    retried: int = Field(description="Attempts that ended by an error and whose job waits for the next one.")
    crashed: int = Field(description="Attempts whose worker died.")
    wait: QuantilesBody | None = Field(description="From when a job could be claimed until it was.")
    run: QuantilesBody | None = Field(description="From the start of an attempt to its reported end.")
    oldest: float | None


class SeriesBody(BaseModel):
    """The points of a queue and a task; null for all of them."""

    queue: str | None
    task: str | None
    points: list[PointBody]


class MetricsBody(BaseModel):
    """What happened over a period; a point stands for `step` seconds."""

    from_: str = Field(alias="from")
    to: str
    step: int
    series: list[SeriesBody]
    more: bool = Field(description="Whether there are more series than told.")

"""What requests for actions on many jobs look like, and the answer to a dry run."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ferryman.api.schemas import JobBody

_EXAMPLE: dict[str, JsonValue] = {"action": "retry", "query": "state:failed queue:mail", "dry_run": True}


class BulkBody(BaseModel):
    """An action on the jobs that are named, or that a query finds."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    action: Literal["retry", "cancel", "run-now", "delete"]
    ids: list[str] | None = Field(None, max_length=1000, description="Excludes query.")
    query: str | None = Field(None, max_length=1000, description="As for /v1/jobs; excludes ids.")
    dry_run: bool = Field(False, description="Only say how many jobs it would be.")


class BulkPreview(BaseModel):
    """How many jobs an action would be done to, at least so many when it is not `exact`, and the first of them."""

    action: str
    jobs: int
    exact: bool
    sample: list[JobBody]


class PurgeBody(BaseModel):
    """The name of the queue once more, so that no slip of the hand purges one."""

    model_config = ConfigDict(extra="forbid")

    confirm: str

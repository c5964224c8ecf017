"""What answers about groups of failures look like, for the OpenAPI document."""

from __future__ import annotations

from pydantic import BaseModel, Field


class FailureBody(BaseModel):
    """Failed jobs of one cause, as many as are kept now; `hours` are the failures in each of the last 24 hours."""

    id: str
    task: str
    type: str
    frame: str = Field(description='The innermost frame of the user\'s own code, "module:function"; may be empty.')
    message: str = Field(description="That of the last one.")
    jobs: int
    first_seen: str
    last_seen: str
    hours: list[int] = Field(description="The oldest first; the last one is the hour that it is.")


class FailureList(BaseModel):
    """The groups of failures, the last seen first; `more` says that there are others."""

    groups: list[FailureBody]
    more: bool

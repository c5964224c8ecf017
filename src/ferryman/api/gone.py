"""What to say of a job that is not there."""

from __future__ import annotations

from ferryman.api.problems import Problem
from ferryman.app import Ferryman
from ferryman.domain.durations import spell
from ferryman.domain.errors import JobNotFound
from ferryman.domain.ids import submitted_at
from ferryman.ports import SYSTEM


def gone(ferry: Ferryman, job_id: str) -> Exception:
    """Tell a job that retention let go from one that never was, by the time in its id."""
    keep = ferry.settings.retention
    shortest = min(keep.completed, keep.failed, keep.cancelled)
    age = SYSTEM.clock() - submitted_at(job_id)
    if job_id[14] == "7" and age > shortest:
        detail = f"job {job_id} is not kept: its id is {spell(age)} old, and jobs are kept from {spell(shortest)} on"
        return Problem(410, "result_gone", detail)
    return JobNotFound(job_id)

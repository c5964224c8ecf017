"""What the line of a followed job says of its state."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ferryman.cli.follow import detail
from ferryman.domain.clock import rfc3339


def state(name: str, **said: Any) -> dict[str, Any]:
    return {"state": name, "run_at": None, "ending": None, "error": None, **said}


ERROR = {"type": "ValueError", "message": "no luck\nat all", "traceback": ""}


@pytest.mark.parametrize(
    ("data", "attempt", "said"),
    [
        (state("pending"), 0, ""),
        (state("processing"), 1, ""),
        (state("processing"), 3, " attempt 3"),
        (state("pending", ending="crashed", error=ERROR), 2, ", attempt 2 crashed: ValueError: no luck"),
        (state("pending", ending="released"), 2, ", attempt 2 released"),
        (state("scheduled", ending="retried", error=ERROR), 1, ", attempt 1 retried: ValueError: no luck"),
        (state("failed", ending="failed", error=ERROR), 1, ""),
        (state("cancelled"), 0, ""),
    ],
)
def test_it_says_how_the_attempt_before_ended(data: dict[str, Any], attempt: int, said: str) -> None:
    assert detail(data, attempt) == said


def test_a_scheduled_job_says_when_it_is_due() -> None:
    assert detail(state("scheduled", run_at=rfc3339(time.time() + 3_600)), 0).startswith(" in ")
    assert ", attempt 2 snoozed" in detail(state("scheduled", run_at=rfc3339(time.time() + 9), ending="snoozed"), 2)

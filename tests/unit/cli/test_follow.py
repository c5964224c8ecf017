"""What the line of a followed job says of its retries."""

from __future__ import annotations

import pytest

from ferryman.cli.follow import _detail
from ferryman.domain.job import Job
from ferryman.domain.state import State


def waiting(attempt: int, retries: int) -> Job:
    return Job("id", "task", "default", State.SCHEDULED, 5, attempt, retries, 3, 0, 3, 0.0, run_at=4e9)


@pytest.mark.parametrize("retries", [1, 2, 3])
def test_the_retry_that_is_waited_for_is_named(retries: int) -> None:
    # Seen red when one more was shown: "retry 4 of 3".
    assert _detail(waiting(retries, retries)).endswith(f", retry {retries} of 3")


def test_a_snoozed_or_delayed_job_waits_for_no_retry() -> None:
    assert "retry" not in _detail(waiting(1, 0))
    assert "retry" not in _detail(waiting(0, 0))

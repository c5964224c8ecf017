"""What must be confirmed before a submit is acknowledged, and that less than that is told."""

from __future__ import annotations

import pytest

from ferryman.domain.errors import StoreUnavailable
from ferryman.domain.job import NewJob
from ferryman.stores.redis.promises import Promises

FEW, DISK = "replicas of here confirmed", "here did not confirm in time that the submit is on its disk"


@pytest.mark.parametrize(
    ("promises", "replicas", "answers", "told"),
    [
        (Promises(), 0, [], None),
        (Promises(), 2, [2], None),
        (Promises(), 2, [3], None),
        (Promises(), 2, [1], FEW),
        (Promises(), 1, [0], FEW),
        (Promises(fsync=True), 0, [[1, 0]], None),
        (Promises(fsync=True), 0, [[0, 0]], DISK),
        (Promises(fsync=True), 1, [1, [1, 1]], None),
        (Promises(fsync=True), 1, [0, [1, 0]], FEW),
        (Promises(fsync=True), 1, [1, [0, 1]], DISK),
    ],
)
def test_less_than_was_promised_is_told(
    promises: Promises, replicas: int, answers: list[object], told: str | None
) -> None:
    assert len(promises.questions(replicas)) == len(answers)
    if told is None:
        promises.check(replicas, answers, "here")
    else:
        with pytest.raises(StoreUnavailable, match=told):
            promises.check(replicas, answers, "here")


def test_of_jobs_that_travel_together_the_most_careful_decides() -> None:
    jobs = [NewJob("a", "work"), NewJob("b", "work", replicas=2), NewJob("c", "work", replicas=0)]
    assert Promises(1).replicas_for(jobs) == 2
    assert Promises(1).replicas_for(jobs[::2]) == 1
    assert Promises(1).replicas_for(jobs[2:]) == 0

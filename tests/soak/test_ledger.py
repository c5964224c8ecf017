"""The ledger sees each thing that may go wrong with a job, and complains of nothing else."""

from __future__ import annotations

import pytest

from ferryman.domain.job import Attempt, Job
from ferryman.domain.outcome import Ending
from ferryman.domain.state import State
from tests.soak.ledger import Complaints, Ledger
from tests.soak.witnesses import Witness

_NOW = 1_000.0


@pytest.fixture
def ledger() -> Ledger:
    """Job 0 was submitted and acknowledged, job 1 submitted without an answer, job 2 not at all."""
    made = Ledger(3, Complaints())
    made.sent(0, _NOW)
    made.acknowledged(0, "a")
    made.sent(1, _NOW)
    return made


def witness(what: str, number: int = 0, job_id: str = "a", attempt: int = 1) -> Witness:
    return Witness(what, number, job_id, attempt, _NOW + 2.0)


def ran(ledger: Ledger, attempt: int = 1) -> None:
    ledger.witnessed(witness("start", attempt=attempt))
    ledger.witnessed(witness("end", attempt=attempt))


def job(*endings: Ending | None, state: State = State.COMPLETED, result: str | None = "1") -> Job:
    attempts = tuple(Attempt(number, "w", _NOW, _NOW, ending) for number, ending in enumerate(endings, start=1))
    return Job(
        "a", "t", "q", state, 5, len(attempts), 0, 3, 0, 3, _NOW, result=result, attempts=attempts, error="no luck"
    )


def test_a_job_that_ran_and_completed_is_settled(ledger: Ledger) -> None:
    ran(ledger)
    assert ledger.to_look_up(_NOW) == {0: "a"}
    ledger.looked_up(0, job(Ending.COMPLETED))
    ledger.close()
    assert ledger.complaints.words == []
    assert ledger.counts["completed"] == 1
    assert ledger.counts["unknown, never run"] == 1
    assert ledger.to_start.longest == pytest.approx(2.0)


def test_a_job_that_ran_and_was_pruned_is_settled(ledger: Ledger) -> None:
    ran(ledger)
    ledger.looked_up(0, None)
    ledger.close()
    assert ledger.complaints.words == []


def test_a_late_attempt_of_before_the_completion_is_no_second_run(ledger: Ledger) -> None:
    ran(ledger, attempt=2)
    ledger.looked_up(0, job(Ending.CRASHED, Ending.COMPLETED, result="2"))
    ledger.witnessed(witness("start", attempt=1))
    assert ledger.complaints.words == []


def test_a_job_without_an_answer_that_ran_was_stored(ledger: Ledger) -> None:
    ledger.witnessed(witness("start", number=1, job_id="b"))
    ledger.witnessed(witness("end", number=1, job_id="b"))
    ledger.looked_up(1, job(Ending.COMPLETED))
    ran(ledger)
    ledger.looked_up(0, job(Ending.COMPLETED))
    ledger.close()
    assert ledger.complaints.words == []
    assert ledger.counts["unknown, yet run"] == 1


def complaint(ledger: Ledger) -> str:
    [kind] = ledger.complaints.counts
    return kind


def test_an_acknowledged_job_that_is_gone_and_never_ran_is_lost(ledger: Ledger) -> None:
    ledger.looked_up(0, None)
    assert complaint(ledger) == "lost"


def test_an_acknowledged_job_that_never_ends_is_lost(ledger: Ledger) -> None:
    ledger.witnessed(witness("start"))
    ledger.close()
    assert complaint(ledger) == "lost"


def test_a_job_that_ran_and_did_not_end_is_left_over(ledger: Ledger) -> None:
    ran(ledger)
    ledger.looked_up(0, job(Ending.COMPLETED))
    ledger.witnessed(witness("start", number=1, job_id="b"))
    ledger.close()
    assert complaint(ledger) == "left over"


def test_a_completion_needs_a_run(ledger: Ledger) -> None:
    ledger.looked_up(0, job(Ending.COMPLETED))
    assert ledger.complaints.words == []  # the witness may only be read with the next look
    ledger.looked_up(0, job(Ending.COMPLETED))
    assert complaint(ledger) == "completed without a run"


def test_an_attempt_runs_once(ledger: Ledger) -> None:
    ledger.witnessed(witness("start"))
    ledger.witnessed(witness("start"))
    assert complaint(ledger) == "an attempt ran twice"


def test_nothing_runs_after_a_completion(ledger: Ledger) -> None:
    ran(ledger)
    ledger.looked_up(0, job(Ending.COMPLETED))
    ledger.witnessed(witness("start", attempt=2))
    assert complaint(ledger) == "run again after its completion"


def test_a_job_completes_once(ledger: Ledger) -> None:
    ran(ledger, attempt=2)
    ledger.looked_up(0, job(Ending.COMPLETED, Ending.COMPLETED, result="2"))
    assert complaint(ledger) == "not completed exactly once"


def test_the_result_is_that_of_the_attempt_that_completed(ledger: Ledger) -> None:
    ran(ledger, attempt=2)
    ledger.looked_up(0, job(Ending.CRASHED, Ending.COMPLETED, result="1"))
    assert complaint(ledger) == "the result of another attempt"


def test_a_job_is_stored_once(ledger: Ledger) -> None:
    ledger.witnessed(witness("start", job_id="z"))
    assert complaint(ledger) == "stored twice"


def test_a_job_does_not_fail(ledger: Ledger) -> None:
    ran(ledger)
    ledger.looked_up(0, job(Ending.FAILED, state=State.FAILED, result=None))
    assert complaint(ledger) == "ended otherwise"


def test_a_job_that_takes_long_is_looked_up_without_a_witness(ledger: Ledger) -> None:
    assert ledger.to_look_up(_NOW + 10) == {}
    assert ledger.to_look_up(_NOW + 31) == {0: "a"}

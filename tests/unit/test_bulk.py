"""Which jobs an action on many is for, and how its answers are added up."""

from __future__ import annotations

import pytest

from ferryman.bulk import Tally, aimed, waiting_in
from ferryman.domain.errors import InvalidOption
from ferryman.domain.state import WAITING, Operation, State, sources
from ferryman.store.messages import ACTIONS, Changed
from ferryman.store.query import JobFilter


@pytest.mark.parametrize("operation", [operation for operation in ACTIONS if operation is not Operation.RETRY])
def test_a_query_without_a_state_means_those_that_allow_the_action(operation: Operation) -> None:
    assert set(aimed(operation, JobFilter(queues=("q",))).states) == sources(operation)


def test_a_retry_without_a_state_means_failed_jobs() -> None:
    assert aimed(Operation.RETRY, JobFilter(queues=("q",))).states == (State.FAILED,)
    assert aimed(Operation.RETRY, JobFilter((State.COMPLETED,))).states == (State.COMPLETED,)


def test_a_state_that_does_not_allow_the_action_is_refused_with_those_that_do() -> None:
    with pytest.raises(InvalidOption, match="cannot cancel jobs that are failed: it is for jobs that are scheduled"):
        aimed(Operation.CANCEL, JobFilter((State.PENDING, State.FAILED)))
    with pytest.raises(InvalidOption, match="cannot cancel jobs that are failed"):
        aimed(Operation.CANCEL, JobFilter(error="timed out"))


@pytest.mark.parametrize("operation", ACTIONS)
def test_an_empty_query_is_no_way_to_say_every_job(operation: Operation) -> None:
    with pytest.raises(InvalidOption, match="an empty query means every job: name some"):
        aimed(operation, JobFilter())


def test_a_purge_deletes_what_waits() -> None:
    where = waiting_in("mail")
    assert where.queues == ("mail",)
    assert frozenset(where.states) == WAITING
    assert aimed(Operation.DELETE, where) == where


def test_answers_are_added_up_by_what_became_of_the_job() -> None:
    tally = Tally(1, 1, 1, 9).with_changes(
        [
            Changed("1", True, State.PENDING),
            Changed("2", True, None),  # deleted: that is what was asked
            Changed("3", False, State.PROCESSING),
            Changed("4", False, None),
        ]
    )
    assert tally == Tally(3, 2, 2, 9)
    assert tally.touched == 7

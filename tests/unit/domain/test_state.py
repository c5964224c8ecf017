"""The life of a job, as the table tells it."""

from __future__ import annotations

import pytest

from ferryman.domain.job import Job
from ferryman.domain.state import FINAL, STATUS, TRANSITIONS, WAITING, Edge, Operation, State, sources

S, BY = State, Operation


def test_the_table_is_the_one_that_the_docs_draw() -> None:
    drawn = {
        *((None, BY.SUBMIT, state) for state in (S.SCHEDULED, S.BLOCKED, S.PENDING)),
        (S.SCHEDULED, BY.PROMOTE, S.PENDING),
        (S.BLOCKED, BY.PROMOTE, S.PENDING),
        (S.SCHEDULED, BY.RUN_NOW, S.PENDING),
        (S.PENDING, BY.CLAIM, S.PROCESSING),
        *((S.PROCESSING, BY.FINISH, state) for state in (S.COMPLETED, S.FAILED, S.CANCELLED, S.SCHEDULED, S.PENDING)),
        (S.PROCESSING, BY.RECOVER, S.PENDING),
        (S.PROCESSING, BY.RECOVER, S.FAILED),
        *((state, BY.CANCEL, S.CANCELLED) for state in (S.SCHEDULED, S.BLOCKED, S.PENDING, S.PROCESSING)),
        *((state, BY.RETRY, S.PENDING) for state in (S.COMPLETED, S.FAILED, S.CANCELLED)),
        *((state, BY.DELETE, None) for state in S if state is not S.PROCESSING),
        *((state, BY.PRUNE, None) for state in (S.COMPLETED, S.FAILED, S.CANCELLED)),
    }
    assert {Edge(*edge) for edge in drawn} == TRANSITIONS


def test_every_state_is_waiting_running_or_final() -> None:
    assert FINAL | WAITING | {State.PROCESSING} == set(State)
    assert not FINAL & WAITING


def test_a_final_job_moves_only_by_a_person_or_by_retention() -> None:
    moves = {edge.operation for edge in TRANSITIONS if edge.source in FINAL}
    assert moves == {Operation.RETRY, Operation.DELETE, Operation.PRUNE}


def test_only_a_claim_makes_a_job_run() -> None:
    assert {edge for edge in TRANSITIONS if edge.target is State.PROCESSING} == {
        Edge(State.PENDING, Operation.CLAIM, State.PROCESSING)
    }


def test_every_state_can_be_reached_and_left() -> None:
    for state in State:
        assert any(edge.target is state for edge in TRANSITIONS)
        assert any(edge.source is state for edge in TRANSITIONS)


def test_sources_are_the_states_from_which_an_operation_starts() -> None:
    assert sources(Operation.CANCEL) == WAITING | {State.PROCESSING}
    assert sources(Operation.RETRY) == FINAL
    assert sources(Operation.SUBMIT) == frozenset()


def test_every_operation_is_in_the_table() -> None:
    assert {edge.operation for edge in TRANSITIONS} == set(Operation)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("scheduled", "pending"),
        ("blocked", "pending"),
        ("pending", "pending"),
        ("processing", "processing"),
        ("completed", "completed"),
        ("failed", "failed"),
        ("cancelled", "failed"),
    ],
)
def test_the_public_status_has_four_words(state: str, status: str) -> None:
    assert STATUS[State(state)] == status
    job = Job("id", "task", "queue", State(state), 5, 0, 0, 3, 0, 3, 0.0)
    assert job.status == status
    assert job.final == (state in {"completed", "failed", "cancelled"})


def test_every_state_has_a_status() -> None:
    assert set(STATUS) == set(State)
